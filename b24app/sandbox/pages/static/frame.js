// The portal's side of an application's frame: opens it by a hidden form and answers its messages.
// Strings in both directions: `command:json:callback:sid` from the frame, `callback:json` to it.
"use strict";
window.__frameLog = [];
const frames = (() => {
  const open = new Map(); // sid -> frame
  const PATHS = /^\/(crm\/(deal|lead|contact|company|type)|marketplace|company\/personal\/user\/\d+|workgroups\/group\/\d+)\//;
  const INTERFACES = [
    [/^CRM_.*_(DETAIL_TAB|DETAIL_ACTIVITY|LIST_MENU)$/, { command: ["reloadData"], event: [] }],
    [/^USERFIELD_TYPE$/, { command: ["setValue", "getValue"], event: [] }],
    [/^CRM_.*_DETAIL_TOOLBAR$/, { command: ["reloadData"], event: [] }],
  ];
  const switches = new URLSearchParams(location.search);
  const listed = (name) => (switches.get(name) || "").split(",").filter(Boolean);

  const log = (direction, frame, raw, extra) =>
    window.__frameLog.push({ direction, raw, sid: frame?.sid || "", at: Date.now(), ...extra });

  function send(frame, callback, value) {
    if (!frame.iframe.contentWindow) return;
    const text = `${callback}:${value === undefined ? "" : JSON.stringify(value)}`;
    log("out", frame, text);
    frame.iframe.contentWindow.postMessage(text, frame.origin);
  }

  function parse(data) {
    if (data && typeof data === "object") {
      if (!("method" in data) || !("appSid" in data)) return null;
      const { method, params, callback, appSid } = data;
      return { command: method, params: params === "" ? undefined : params, callback, sid: appSid };
    }
    if (typeof data !== "string") return null;
    const parts = data.split(":");
    if (parts.length < 3) return null;
    const json = parts.slice(1, -2).join(":");
    let params;
    try { params = json ? JSON.parse(json) : undefined; } catch { return null; }
    return { command: parts[0], params, callback: parts.at(-2), sid: parts.at(-1) };
  }

  window.addEventListener("message", (event) => {
    const frame = [...open.values()].find((one) => one.iframe.contentWindow === event.source);
    const message = parse(event.data);
    const known = frame && message && event.origin === frame.origin && message.sid === frame.sid;
    if (!known) {
      if (message) log("refused", frame, typeof event.data === "string" ? event.data : JSON.stringify(event.data), { origin: event.origin });
      return;
    }
    log("in", frame, typeof event.data === "string" ? event.data : JSON.stringify(event.data), { command: message.command });
    if (listed("silent").includes(message.command)) return;
    if (listed("deny").includes(message.command)) {
      send(frame, message.callback, { result: "error", errorCode: message.command === "openPath" ? "PATH_NOT_AVAILABLE" : "ACCESS_DENIED" });
      return;
    }
    const handler = handlers[message.command] || frame.own[message.command];
    if (handler) handler(frame, message.params ?? {}, (value) => send(frame, message.callback, value), message.callback);
  });

  const interfaceOf = (frame) => (INTERFACES.find(([pattern]) => pattern.test(frame.placement)) || [null, { command: [], event: [] }])[1];

  async function ask(frame, act, body) {
    const answer = await portal.post(`/frames/${act}`, { app: frame.app, ...body });
    return answer.ok ? answer.json() : null;
  }

  const handlers = {
    getInitData(frame, _params, answer) {
      answer(frame.init);
      frame.init = { ...frame.init, FIRST_RUN: false };
    },
    setInstall(_frame, params, answer) { answer(params); },
    async setInstallFinish(frame) {
      if (!frame.init.INSTALL) return;
      if (!(await ask(frame, "install-finish"))) return;
      const url = new URL(location.href);
      url.searchParams.set("install_finished", "Y");
      location.href = url.href;
    },
    async refreshAuth(frame, _params, answer) {
      const token = await ask(frame, "token");
      if (!token) { portal.toast("Не удалось обновить авторизацию приложения"); return; }
      Object.assign(frame.init, token);
      answer(token);
    },
    resizeWindow(frame, params, answer) {
      if (frame.inSlider) return;
      const width = params.width === "100%" ? "100%" : `${parseInt(params.width, 10) || 100}px`;
      const height = parseInt(params.height, 10);
      frame.iframe.style.width = width;
      if (height > 0) frame.iframe.style.height = `${height}px`;
      answer({ width: params.width, height: params.height });
    },
    setTitle(frame, params, answer) {
      if (frame.placement !== "DEFAULT") return;
      document.title = params.title;
      answer(params);
    },
    setScroll(frame, params, answer) {
      if (frame.placement !== "DEFAULT") return;
      window.scrollTo(0, params.scroll);
      answer(params);
    },
    reloadWindow(frame) { if (frame.placement === "DEFAULT") location.reload(); },
    async setUserOption(frame, params, answer) { if (await ask(frame, "user-option", params)) answer(params); },
    async setAppOption(frame, params, answer) {
      if (!frame.init.IS_ADMIN) return;
      const result = await ask(frame, "app-option", params);
      if (result) answer(result.options);
    },
    async openApplication(frame, params, answer) {
      const settings = {};
      const options = {};
      for (const [name, value] of Object.entries(params)) {
        if (name.startsWith("bx24_")) settings[name.slice(5)] = value;
        else options[name] = value;
      }
      const box = document.createElement("div");
      box.className = "slider-page";
      const closed = portal.openSlider("/", { body: box, title: settings.title || "Приложение", width: parseInt(settings.width, 10) || 0, owner: frame.app });
      await start(box, { app: frame.app, placement: "DEFAULT", options }, { inSlider: true });
      await closed;
      answer();
    },
    closeApplication(frame, _params, answer) {
      const top = portal.topSlider();
      if (top && top.owner === frame.app) { top.close(); answer(); }
      else if (portal.inSlider && window.parent !== window) window.parent.postMessage("portal:close", location.origin);
    },
    async openPath(frame, params, answer) {
      if (portal.phone()) { answer({ result: "error", errorCode: "METHOD_NOT_SUPPORTED_ON_DEVICE" }); return; }
      const url = new URL(String(params.path || ""), location.origin);
      if (url.origin !== location.origin || !PATHS.test(url.pathname)) { answer({ result: "error", errorCode: "PATH_NOT_AVAILABLE" }); return; }
      url.searchParams.set("from", "rest_placement");
      url.searchParams.set("from_app", frame.app);
      await portal.openSlider(url.href);
      answer({ result: "close" });
    },
    getInterface(frame, _params, answer) { answer(interfaceOf(frame)); },
    placementBindEvent(frame, params, _answer, callback) {
      if (interfaceOf(frame).event.includes(params.event)) frame.events.push({ name: params.event, callback });
    },
    async reloadData(frame, _params, answer) {
      if (!interfaceOf(frame).command.includes("reloadData")) return;
      window.dispatchEvent(new CustomEvent("portal:reload-card"));
      answer([]);
    },
    async selectUser(frame, params, answer) {
      const found = await pick("users", "Выберите сотрудника", Boolean(params.mult));
      if (found) answer(params.mult ? found : found[0]);
    },
    async selectAccess(_frame, _params, answer) {
      const found = await pick("users", "Выберите, кому дать доступ", true);
      if (found) answer(found.map((one) => ({ id: `U${one.id}`, name: one.name, provider: "user", photo: one.photo })));
    },
    async selectCRM(_frame, params, answer) {
      const types = params.entityType?.length ? [].concat(params.entityType) : ["deal"];
      const found = await pick(`crm?types=${types.join(",")}`, "Выберите элемент CRM", Boolean(params.multiple));
      if (!found) return;
      const buckets = {};
      for (const one of found) {
        const bucket = (buckets[one.type] ||= {});
        bucket[Object.keys(bucket).length] = one;
      }
      answer(buckets);
    },
    imOpenMessenger(_frame, params) { portal.openSlider(`/online/?IM_DIALOG=${encodeURIComponent(params.dialogId ?? "")}`); },
    imOpenHistory(_frame, params) { portal.openSlider(`/online/?IM_DIALOG=${encodeURIComponent(params.dialogId ?? "")}`); },
    imCallTo(_frame, params) { portal.toast(`Звонок сотруднику № ${params.userId}`); },
    imPhoneTo(_frame, params) { portal.toast(`Звонок на номер ${params.phone}`); },
    setValue(frame, params, answer) {
      if (frame.placement !== "USERFIELD_TYPE") return;
      frame.value = params;
      if (frame.field) frame.field.value = typeof params === "string" ? params : JSON.stringify(params);
      answer(params);
    },
    getValue(frame, _params, answer) {
      if (frame.placement === "USERFIELD_TYPE") answer(frame.value ?? null);
    },
  };

  // A list to choose from, as the portal's own selectors.
  async function pick(source, title, many) {
    const rows = await (await portal.get(`/frames/${source}`)).json();
    return new Promise((done) => {
      const dialog = document.createElement("dialog");
      dialog.className = "pick";
      dialog.setAttribute("aria-label", title);
      const head = document.createElement("h2");
      head.textContent = title;
      const list = document.createElement("div");
      const chosen = new Set();
      const finish = (result) => { dialog.remove(); done(result); };
      for (const row of rows) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "pick-row";
        button.textContent = row.title || row.name;
        button.addEventListener("click", () => {
          if (!many) { finish([row]); return; }
          if (chosen.delete(row)) button.setAttribute("aria-pressed", "false");
          else { chosen.add(row); button.setAttribute("aria-pressed", "true"); }
        });
        list.append(button);
      }
      const bar = document.createElement("div");
      bar.className = "btns";
      const ok = document.createElement("button");
      ok.type = "button";
      ok.className = "btn btn-primary";
      ok.textContent = "Выбрать";
      ok.addEventListener("click", () => finish([...chosen]));
      if (many) bar.append(ok);
      dialog.append(head, list, bar);
      dialog.addEventListener("close", () => finish(null));
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  function hiddenForm(frame, data) {
    const form = document.createElement("form");
    form.method = "POST";
    form.action = data.action;
    form.target = data.name;
    form.hidden = true;
    for (const [name, value] of Object.entries(data.fields)) {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = name;
      input.value = value;
      form.append(input);
    }
    document.body.append(form);
    form.submit();
    form.remove();
  }

  // Opens a frame inside `box`; resolves when the form has been sent.
  async function start(box, request, extra = {}) {
    const uri = location.pathname + location.search;
    const answer = await portal.post("/frames/open", { uri, ...request, expired: switches.get("expired") === "1" });
    const data = await answer.json();
    if (!answer.ok) { box.textContent = data.error || "Приложение недоступно"; return null; }
    const iframe = document.createElement("iframe");
    iframe.name = data.name;
    iframe.className = extra.inSlider || request.placement === "DEFAULT" ? "frame frame-page" : "frame";
    iframe.allow = "geolocation *; microphone *; camera *; autoplay *;";
    iframe.title = data.title;
    if (data.height) { iframe.style.height = `${data.height}px`; iframe.style.minHeight = "0"; }
    const frame = {
      iframe, sid: data.sid, origin: data.origin, init: data.init, app: data.app, placement: data.placement, events: [], own: {},
      inSlider: Boolean(extra.inSlider), field: extra.field, value: request.options?.VALUE,
    };
    open.set(data.sid, frame);
    box.replaceChildren(iframe);
    hiddenForm(frame, data);
    return frame;
  }

  // Something happened in the placement: frames that asked for it are told.
  function emit(name, value) {
    for (const frame of open.values()) for (const one of frame.events) if (one.name === name) send(frame, one.callback, value);
  }

  window.addEventListener("message", (event) => {
    if (event.origin === location.origin && event.data === "portal:close") portal.topSlider()?.close();
  });

  for (const box of document.querySelectorAll("[data-frame]")) {
    const go = () => {
      if (box.dataset.started) return;
      box.dataset.started = "1";
      const field = box.dataset.field ? document.querySelector(box.dataset.field) : null;
      start(box, JSON.parse(box.dataset.frame), { field });
    };
    if (box.dataset.lazy === undefined) window.addEventListener("load", go);
    else box.addEventListener("portal:shown", go);
  }
  return { start, emit, open };
})();
