// The messenger: fresh data every second, buttons under messages, the field.
"use strict";
(() => {
  const im = document.querySelector("[data-im]");
  const dialog = im.dataset.dialog;
  const list = im.querySelector("[data-list]");
  const talk = im.querySelector("[data-talk]");
  const scroll = im.querySelector("[data-scroll]");
  const field = im.querySelector("[data-field]");
  let rev = "";
  let busy = false;

  const atBottom = () => scroll && scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  const toBottom = () => { if (scroll) scroll.scrollTop = scroll.scrollHeight; };

  // Elements that did not change stay in place, so a finger on a button never loses it.
  function replace(box, html) {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    const known = new Map([...box.children].map((node) => [node.dataset.key || node.dataset.id || "", node]));
    const next = [...fresh.content.children].map((node) => {
      const old = known.get(node.dataset.key || node.dataset.id || "");
      return old && old.outerHTML === node.outerHTML ? old : node;
    });
    for (const node of [...box.childNodes]) if (!next.includes(node)) node.remove();
    next.forEach((node, place) => { if (box.children[place] !== node) box.insertBefore(node, box.children[place] || null); });
  }

  async function refresh() {
    if (busy) return;
    busy = true;
    try {
      const seen = document.visibilityState === "visible" && dialog ? "1" : "0";
      const query = new URLSearchParams({ dialog, rev, seen });
      const answer = await portal.get(`/online/live?${query}`);
      if (answer.status === 200) {
        const data = await answer.json();
        rev = data.rev;
        const follow = atBottom();
        replace(list, data.list);
        if (talk) replace(talk, data.talk);
        if (follow) toBottom();
      }
    } catch { /* the portal is restarting: the next tick asks again */ } finally { busy = false; }
  }

  async function act(address, body) {
    const answer = await portal.post(address, body);
    const data = await answer.json();
    if (!answer.ok) portal.toast(data.error || "Не получилось");
    await refresh();
    return data;
  }

  async function press(key) {
    const message = key.closest("[data-message]").dataset.message;
    if ("block" in key.dataset) {
      key.disabled = true;
      key.classList.add("is-waiting");
    }
    const { bot, command, params } = key.dataset;
    await act("/online/press", { message, bot, command, params });
  }

  function doAction(name, value) {
    if (name === "PUT" && field) { field.value = value; field.focus(); }
    if (name === "SEND") act("/online/say", { dialog, text: value });
    if (name === "COPY") navigator.clipboard?.writeText(value).then(() => portal.toast("Скопировано"), () => {});
    if (name === "CALL") location.href = `tel:${value}`;
    if (name === "DIALOG") location.href = `/online/?IM_DIALOG=${encodeURIComponent(value)}`;
  }

  im.addEventListener("click", (event) => {
    const key = event.target.closest("button");
    if (!key) return;
    if (key.dataset.command) press(key);
    else if (key.dataset.action) doAction(key.dataset.action, key.dataset.value);
    else if (key.dataset.send) doAction("SEND", key.dataset.send);
    else if (key.dataset.put) doAction("PUT", key.dataset.put);
    else if (key.dataset.react) act("/online/react", { message: key.dataset.react });
    else if (key.dataset.delete) act("/online/delete", { message: key.dataset.delete });
  });

  const form = im.querySelector("[data-say]");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    await act("/online/say", { dialog, text });
    toBottom();
  });
  field?.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); form.requestSubmit(); }
  });

  const find = im.querySelector("[data-find]");
  const people = im.querySelector("[data-people]");
  find.addEventListener("input", () => {
    const wanted = find.value.trim().toLowerCase();
    people.hidden = !wanted;
    list.hidden = Boolean(wanted);
    for (const row of people.children) row.hidden = !row.dataset.name.includes(wanted);
  });

  toBottom();
  refresh();
  setInterval(refresh, 1000);
})();
