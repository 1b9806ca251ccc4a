// Behaviour of every page: the session header, the tick, the countdown, toasts, links of the portal. Texts come in data- attributes.
import * as bridge from "./bridge.js";

const TICK_MS = 30000, SOON_MS = 2000, SAID_MS = 6000;
const htmx = window.htmx, body = document.body;
const meta = document.querySelector("meta[name=app-session]");

// --- countdown

const two = (n) => String(n).padStart(2, "0");
const shown = (s) => `${s < 0 ? "−" : ""}${Math.floor(Math.abs(s) / 3600)}:${two(Math.floor(Math.abs(s) / 60) % 60)}:${two(Math.abs(s) % 60)}`;

class SlaTimer extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.running) return;
    this.base = Date.now(); // the server's clock may differ from ours, and in a rehearsal it may be years away
    this.open = (Date.parse(this.dataset.until) - Date.parse(this.dataset.now)) / 1000;
    this.timer = setInterval(() => this.draw(), 1000);
  }
  disconnectedCallback() { clearInterval(this.timer); }
  draw() {
    const passed = (Date.now() - this.base) / 1000, left = Math.trunc(Number(this.dataset.left) - Math.min(passed, this.open));
    this.textContent = shown(left);
    if (left <= 0 && Number(this.dataset.left) > 0 && !this.told) {
      this.told = true;
      this.dispatchEvent(new CustomEvent("sla:expired", { bubbles: true }));
    }
  }
}
customElements.define("sla-timer", SlaTimer);

// --- toasts

const toasts = document.getElementById("toasts"), main = document.querySelector("main");
const toast = (text, again, kind = "is-bad") => {
  const line = document.createElement("div");
  line.className = `toast ${kind}`;
  line.append(text);
  const dialog = document.querySelector("dialog[open]"); // what stands outside of an open dialog cannot be reached
  if (toasts && toasts.parentElement !== (dialog ?? main)) (dialog ?? main).prepend(toasts);
  if (again) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn btn-small", textContent: body.dataset.retry });
    button.addEventListener("click", () => { line.remove(); again(); });
    line.append(button);
  }
  toasts?.replaceChildren(line);
};
const repeat = ({ requestConfig: asked, target }) => htmx.ajax(asked.verb, asked.path, { source: asked.elt, target });

// --- requests

body.addEventListener("htmx:configRequest", ({ detail }) => { if (meta) detail.headers["X-App-Session"] = meta.content; });
// Good news goes by itself, bad news stays until something works again.
body.addEventListener("app:said", ({ detail }) => {
  toast(detail.text, null, "is-ok");
  const said = toasts?.firstElementChild;
  setTimeout(() => said?.remove(), SAID_MS);
});
body.addEventListener("htmx:afterOnLoad", () => toasts?.querySelector(".is-bad")?.remove());
body.addEventListener("htmx:sendError", ({ detail }) => toast(body.dataset.failed, () => repeat(detail)));

let renewing = null, renewedAt = -Infinity;
const renew = () => (renewing ??= (async () => {
  try {
    const fresh = await bridge.refreshAuth();
    if (!fresh) return false;
    const answer = await fetch("/bitrix/session", { method: "POST", body: new URLSearchParams(fresh), headers: { "X-App-Session": meta.content } });
    if (!answer.ok) return false;
    meta.content = (await answer.json()).session;
    renewedAt = performance.now();
    return true;
  } catch { return false; } finally { renewing = null; }
})());

body.addEventListener("htmx:responseError", async ({ detail }) => {
  if (detail.xhr.status !== 401) { toast(body.dataset.failed, () => repeat(detail)); return; }
  const justRenewed = performance.now() - renewedAt < 5000; // asked once more already: it is not the token's age
  if (!justRenewed && await renew()) repeat(detail);
  else toast(body.dataset.expired);
});

// --- what a refresh must not close

const opened = new Set(); // kept by the person's own hand: refreshes of several parts overlap
body.addEventListener("toggle", ({ target }) => {
  if (target.tagName === "DETAILS" && target.id) opened[target.open ? "add" : "delete"](target.id);
}, true);
const reopen = () => { for (const id of opened) document.getElementById(id)?.setAttribute("open", ""); };
body.addEventListener("htmx:oobAfterSwap", reopen);
body.addEventListener("htmx:afterSettle", () => {
  reopen();
  const panel = document.getElementById("panel");
  const shownBy = panel?.firstElementChild?.dataset.panel;
  for (const button of document.querySelectorAll("[aria-controls=panel]")) button.ariaExpanded = String(button.name === shownBy);
});

// --- a form beside the page: a native dialog, filled by a request, closed by its answer

const dialog = document.getElementById("dialog");
let opener = ""; // a button is disabled while it asks, so the browser forgets who had the focus
body.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (!dialog || detail.target.id !== "dialog-body" || dialog.open) return;
  opener = detail.requestConfig.elt.id;
  dialog.showModal();
});
body.addEventListener("app:dialog-done", () => dialog?.close());
dialog?.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
dialog?.addEventListener("close", () => {
  if (toasts && main) main.prepend(toasts);
  dialog.querySelector("#dialog-body").replaceChildren();
  document.getElementById(opener)?.focus();
});

// --- a long list of choices narrows while typing; what is chosen stays

body.addEventListener("input", ({ target }) => {
  const wanted = target.dataset?.narrows && target.value.trim().toLowerCase();
  if (wanted === undefined) return;
  for (const choice of document.querySelectorAll(`#${target.dataset.narrows} .choice`))
    choice.hidden = !choice.textContent.toLowerCase().includes(wanted) && !choice.querySelector(":checked");
});

// --- fresh data

setInterval(() => { if (document.visibilityState === "visible") htmx.trigger(body, "app:tick"); }, TICK_MS);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") htmx.trigger(body, "app:tick"); });
body.addEventListener("sla:expired", () => htmx.trigger(body, "app:tick"));
// Our change reaches the portal a moment after it is saved here: its own card is read again then.
body.addEventListener("ticket-changed", () => setTimeout(() => bridge.reloadCard(), SOON_MS));

// --- the portal around us

const OPENERS = { deal: bridge.openDeal, user: bridge.openUser, company: bridge.openCompany, contact: bridge.openContact };
body.addEventListener("click", (event) => {
  const link = event.target.closest("[data-open]");
  if (link && bridge.embedded) { event.preventDefault(); OPENERS[link.dataset.open]?.(link.dataset.id); }
  if (event.target.closest("[data-close=panel]")) document.getElementById("panel")?.replaceChildren();
  if (event.target.closest("[data-close=dialog]")) dialog?.close();
});
bridge.init();
if (body.dataset.host === "tab") bridge.fit();
// All is bound: the portal delivers nothing until it is told, so nobody waits for a press.
body.addEventListener("app-installed", bridge.installFinish);
body.dataset.ready = ""; // before this a press is lost: tests wait for it
