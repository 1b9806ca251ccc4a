// Makes b24app/ui/static/icons.svg out of the npm package @bitrix24/b24icons-vue (MIT), outline set.
// Run by hand, outside the repository's tree of packages, when an icon is added:
//   mkdir /tmp/icons && cd /tmp/icons && npm pack @bitrix24/b24icons-vue@2.0.8 && tar xzf *.tgz
//   node <repository>/tools/build_icons.mjs /tmp/icons/package <repository>/b24app/ui/static/icons.svg
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";

const ICONS = {
  alert: "AlertIcon", arrow: "GoToMessageIcon", bell: "NotificationIcon", bot: "RobotIcon", chat: "ChatsIcon", check: "CheckMIcon", clock: "ClockIcon",
  cross: "CrossMIcon", done: "CircleCheckIcon", edit: "EditMIcon", fire: "FireIcon", hash: "TagIcon", hourglass: "HourglassIcon",
  info: "InfoCircleIcon", link: "LinkIcon", lock: "LockMIcon", mail: "MailIcon", more: "MoreMIcon", pause: "PauseMIcon",
  person: "PersonIcon", "person-add": "AddPersonIcon", plus: "PlusMIcon", question: "QuestionIcon", refresh: "RefreshIcon",
  reply: "ReplyIcon", search: "SearchIcon", stages: "StagesIcon", stop: "StopHandIcon", task: "TaskIcon", timer: "TimerIcon",
  trash: "TrashcanIcon", play: "PlayMIcon", undo: "UndoIcon", calendar: "CalendarIcon", settings: "SettingsIcon", up: "ArrowTopMIcon",
  down: "ArrowDownMIcon", pulse: "PulseIcon", group: "GroupIcon", shield: "ShieldCheckedIcon",
};

const [, , source, target] = process.argv;
const { version } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));

const escaped = (value) => String(value).replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
const attributes = (props) => Object.entries(props ?? {}).map(([name, value]) => ` ${name}="${escaped(value)}"`).join("");
const element = (tag, props, children) => {
  const inner = Array.isArray(children) ? children.join("") : "";
  return inner ? `<${tag}${attributes(props)}>${inner}</${tag}>` : `<${tag}${attributes(props)}/>`;
};
// The package holds compiled render functions; ours builds text where Vue would build nodes.
const drawn = (file) => {
  const code = readFileSync(join(source, "dist/outline/esm", `${file}.js`), "utf8")
    .replace(/^import.*$/m, "").replace("export default function render", "function render") + "\nrender(null, null);";
  const block = (tag, props, children) => ({ box: props.viewBox, inner: children.join("") });
  return runInNewContext(code, { _createElementVNode: element, _createElementBlock: block, _openBlock: () => {} });
};

const symbols = Object.entries(ICONS).sort().map(([id, file]) => {
  const { box, inner } = drawn(file);
  return `<symbol id="i-${id}" viewBox="${box}" fill="none">${inner}</symbol>`;
});
const note = `<!-- @bitrix24/b24icons-vue ${version}, MIT, see icons.LICENSE; made by tools/build_icons.mjs -->`;
writeFileSync(target, `<svg xmlns="http://www.w3.org/2000/svg">${note}\n${symbols.join("\n")}\n</svg>\n`);
