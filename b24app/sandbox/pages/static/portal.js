// What every page of the portal has: calls, toasts, the clock, counters, sliders.
"use strict";
const portal = (() => {
  const me = document.body.dataset.me;
  const headers = { "X-Sandbox-User": me };

  const get = (address) => fetch(address, { headers });
  const post = (address, body) =>
    fetch(address, { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(body || {}) });

  function toast(text, link) {
    const box = document.querySelector(".toasts");
    const node = document.createElement(link ? "a" : "div");
    node.className = "toast";
    node.textContent = text;
    if (link) node.href = link;
    box.append(node);
    setTimeout(() => node.remove(), 6000);
    return node;
  }

  // --- sliders: a page of the portal over the page, as the portal opens cards

  const sliders = [];

  function openSlider(address, options = {}) {
    return new Promise((closed) => {
      const url = new URL(address, location.origin);
      url.searchParams.set("IFRAME", "Y");
      url.searchParams.set("IFRAME_TYPE", "SIDE_SLIDER");
      const dialog = document.createElement("dialog");
      dialog.className = "slider";
      dialog.setAttribute("aria-label", options.title || "Карточка");
      if (options.width) dialog.style.width = `min(${options.width}px, 100vw - 72px)`;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "slider-close";
      button.setAttribute("aria-label", "Закрыть");
      button.textContent = "×";
      const body = options.body || document.createElement("iframe");
      if (!options.body) {
        body.className = "slider-page";
        body.src = url.href;
        body.title = options.title || "Карточка";
      }
      dialog.append(button, body);
      document.body.append(dialog);
      const entry = { dialog, close: () => dialog.close(), owner: options.owner };
      sliders.push(entry);
      button.addEventListener("click", () => dialog.close());
      dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
      dialog.addEventListener("close", () => {
        sliders.splice(sliders.indexOf(entry), 1);
        dialog.remove();
        closed();
        window.dispatchEvent(new CustomEvent("portal:slider-closed"));
      });
      dialog.showModal();
    });
  }

  const topSlider = () => sliders[sliders.length - 1];
  const inSlider = "slider" in document.body.dataset;
  const phone = () => "mobile" in document.body.dataset || matchMedia("(max-width: 720px)").matches;

  // Cards open over the page on a desktop and instead of it on a phone; foreign addresses in a new tab.
  function follow(address) {
    const url = new URL(address, location.origin);
    if (url.origin !== location.origin) { window.open(url.href, "_blank", "noopener"); return; }
    if (phone() || !/^\/(crm|company|marketplace)\//.test(url.pathname)) location.href = url.href;
    else openSlider(url.href);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-chat-link], a[data-slider]");
    if (!link || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    event.preventDefault();
    follow(link.getAttribute("href"));
  });

  // A page asked as a phone stays one while its links are followed.
  if ("mobile" in document.body.dataset) {
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='/'], a[href^='?']");
      if (!link) return;
      const url = new URL(link.href);
      url.searchParams.set("mobile", "1");
      link.href = url.href;
    }, true);
  }

  // --- the clock and the counters

  const clock = document.querySelector("[data-clock]");
  const unread = document.querySelector("[data-unread]");
  let known = null;

  async function pulse() {
    if (!clock && !unread) return;
    try {
      const data = await (await get("/pulse")).json();
      for (const node of document.querySelectorAll("[data-now]")) node.textContent = data.now;
      const pace = data.speed === 1 ? "" : data.speed ? ` · ×${data.speed}` : " · стоит";
      if (clock) clock.textContent = data.now + pace;
      const count = data.unread + data.notices;
      if (unread) { unread.hidden = !count; unread.textContent = count; }
      const fresh = known !== null && count > known && document.body.dataset.section !== "online";
      if (fresh) toast("Новое сообщение в мессенджере", "/online/");
      known = count;
    } catch { /* the portal is restarting */ }
  }
  pulse();
  setInterval(pulse, 1000);

  // The page keeps its own address when the person is changed.
  for (const link of document.querySelectorAll("[data-as]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const url = new URL(location.href);
      url.searchParams.set("as", link.dataset.as);
      location.href = url.href;
    });
  }
  const who = document.querySelector(".who");
  document.addEventListener("click", (event) => { if (who?.open && !who.contains(event.target)) who.open = false; });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && who?.open) who.open = false; });

  // Forms of the portal's own pages: sent without leaving the page.
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-post]");
    if (!form) return;
    event.preventDefault();
    const body = {};
    for (const [name, value] of new FormData(form, event.submitter)) body[name] = value;
    const answer = await post(form.getAttribute("action"), body);
    const data = await answer.json().catch(() => ({}));
    if (!answer.ok) { toast(data.error || "Не получилось"); return; }
    if (data.toast) toast(data.toast, data.link);
    if (data.go) location.href = data.go;
    else if (form.dataset.post === "reload") location.reload();
    else form.dispatchEvent(new CustomEvent("portal:done", { bubbles: true, detail: data }));
  });

  return { me, get, post, toast, openSlider, topSlider, sliders, inSlider, follow, phone };
})();
