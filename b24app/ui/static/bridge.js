// The portal's page around the frame, spoken to by its own wire protocol. No business data goes this way.
// Outside a frame every call falls back to a plain link or to nothing.
const [domain, protocol, sid] = (window.name || "").split("|");
export const embedded = window.parent !== window && Boolean(domain && sid);
const origin = `${protocol === "1" ? "https" : "http"}://${(domain || "").replace(/:(80|443)$/, "")}`;
const waiting = new Map();
const SAFE_MS = 900; // the portal may ignore a command without a word
let known = null;

// An answer is the key, a colon, then JSON or nothing. Anybody may post to us: only the portal's own page is heard.
addEventListener("message", (event) => {
  if (!embedded || event.origin !== origin || event.source !== window.parent || typeof event.data !== "string") return;
  const at = event.data.indexOf(":");
  const done = waiting.get(at < 0 ? event.data : event.data.slice(0, at));
  if (!done) return;
  waiting.delete(event.data.slice(0, at));
  let answer = null;
  try { answer = JSON.parse(event.data.slice(at + 1) || "null"); } catch { /* the portal said something that is no JSON */ }
  done(answer);
});

// `wait`: milliseconds after which silence counts as an answer; 0 waits for ever.
const send = (command, params, wait = SAFE_MS) => new Promise((resolve) => {
  if (!embedded) { resolve(null); return; }
  const key = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`.replace(".", "");
  waiting.set(key, resolve);
  parent.postMessage([command, params && JSON.stringify(params), key, sid].filter(Boolean).join(":"), origin);
  if (wait) setTimeout(() => { if (waiting.delete(key)) resolve({ isSafely: true }); }, wait);
});

export const init = async () => {
  if (known || !embedded) return known;
  known = await send("getInitData", null, 10000);
  if (known?.FIRST_RUN) send("setInstall", { install: true });
  return known;
};

// The height of <main>: documentElement.scrollHeight never shrinks.
export const fit = () => {
  const main = document.querySelector("main");
  if (!embedded || !main) return;
  let timer = 0, last = 0;
  const tell = () => {
    const height = Math.max(480, Math.ceil(main.getBoundingClientRect().bottom + scrollY));
    if (height !== last) send("resizeWindow", { width: "100%", height: last = height });
  };
  new ResizeObserver(() => { clearTimeout(timer); timer = setTimeout(tell, 150); }).observe(main);
};

const open = async (path) => {
  const plain = () => window.open(embedded ? origin + path : path, "_blank", "noopener");
  if (!embedded) { plain(); return; }
  const answer = await send("openPath", { path }, 0);
  if (answer?.errorCode === "METHOD_NOT_SUPPORTED_ON_DEVICE") plain();
};
export const openDeal = (id) => open(`/crm/deal/details/${Number(id)}/`);
export const openUser = (id) => open(`/company/personal/user/${Number(id)}/`);
export const openTask = (user, id) => open(`/company/personal/user/${Number(user)}/tasks/task/view/${Number(id)}/`);
export const openCompany = (id) => open(`/crm/company/details/${Number(id)}/`);
export const openContact = (id) => open(`/crm/contact/details/${Number(id)}/`);
export const openChat = (dialogId) => send("imOpenMessenger", { dialogId });
export const openApp = (params) => send("openApplication", params, 0);
export const close = () => send("closeApplication", null);
export const reloadCard = () => send("reloadData", { isRawValue: false });
export const selectUser = () => send("selectUser", { mult: false }, 0);
// Only while the portal is installing us; it reloads its page and sends no answer.
export const installFinish = async () => { if ((await init())?.INSTALL) send("setInstallFinish", null); };

// A fresh token of the same person with what the frame's own opening told; null when the portal is silent.
export const refreshAuth = async () => {
  const [opened, fresh] = await Promise.all([init(), send("refreshAuth", null, 10000)]);
  if (!opened?.MEMBER_ID || !fresh?.AUTH_ID) return null;
  return {
    ...fresh, member_id: opened.MEMBER_ID, DOMAIN: domain, PROTOCOL: protocol, LANG: opened.LANG, APP_SID: sid,
    PLACEMENT: opened.PLACEMENT, PLACEMENT_OPTIONS: JSON.stringify(opened.PLACEMENT_OPTIONS ?? {}),
  };
};
