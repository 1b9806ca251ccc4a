// Cards and the kanban: tabs, moves, a fresh card without losing the application's frame.
"use strict";
(() => {
  const card = document.querySelector("[data-card]");

  // Parts of the card are drawn again; frames of applications stay where they are.
  async function redraw() {
    const answer = await portal.get(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of card.querySelectorAll("[data-part]")) {
      const next = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
      const typing = part.contains(document.activeElement) && part.dataset.part === "form";
      if (next && !typing && next.outerHTML !== part.outerHTML) part.replaceWith(document.importNode(next, true));
    }
    document.title = fresh.title;
  }

  function show(name) {
    for (const tab of card.querySelectorAll("[data-tab]")) tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
    for (const pane of card.querySelectorAll("[data-pane]")) pane.hidden = pane.dataset.pane !== name;
    const url = new URL(location.href);
    url.searchParams.set("tab", name);
    history.replaceState(null, "", url);
    card.querySelector(`[data-pane="${name}"] [data-frame]`)?.dispatchEvent(new Event("portal:shown"));
  }

  if (card) {
    card.addEventListener("click", (event) => {
      const tab = event.target.closest("[data-tab]");
      if (tab) show(tab.dataset.tab);
    });
    card.addEventListener("portal:done", (event) => {
      event.target.closest("[popover]")?.hidePopover();
      for (const field of event.target.querySelectorAll("textarea[name=text]")) field.value = "";
      document.activeElement?.blur();
      redraw();
    });
    window.addEventListener("portal:reload-card", redraw);
    window.addEventListener("portal:slider-closed", redraw);
    window.addEventListener("load", () => {
      const open = card.querySelector("[data-tab][aria-selected=true]");
      if (open) card.querySelector(`[data-pane="${open.dataset.tab}"] [data-frame]`)?.dispatchEvent(new Event("portal:shown"));
    });
    setInterval(() => { if (document.visibilityState === "visible") redraw(); }, 4000);
  }

  const kanban = document.querySelector("[data-kanban]");
  if (kanban) {
    let moved = null;
    kanban.addEventListener("dragstart", (event) => { moved = event.target.closest("[data-deal]"); });
    for (const column of kanban.querySelectorAll("[data-stage]")) {
      column.addEventListener("dragover", (event) => { event.preventDefault(); column.classList.add("is-over"); });
      column.addEventListener("dragleave", () => column.classList.remove("is-over"));
      column.addEventListener("drop", async (event) => {
        event.preventDefault();
        column.classList.remove("is-over");
        if (!moved) return;
        const answer = await portal.post(`/crm/deal/${moved.dataset.deal}/stage`, { stage: column.dataset.stage });
        if (answer.ok) column.append(moved);
        else portal.toast((await answer.json()).error);
        refresh();
      });
    }
    async function refresh() {
      const answer = await portal.get(location.href);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const column of kanban.querySelectorAll("[data-stage]")) {
        const next = fresh.querySelector(`[data-stage="${CSS.escape(column.dataset.stage)}"]`);
        if (next && next.innerHTML !== column.innerHTML) column.innerHTML = next.innerHTML;
      }
    }
    window.addEventListener("portal:slider-closed", refresh);
    setInterval(() => { if (document.visibilityState === "visible" && !portal.sliders.length) refresh(); }, 3000);
  }
})();
