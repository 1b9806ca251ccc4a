// When everything is bound the portal is told, without waiting: it sends no answer.
import * as bridge from "{{ static('bridge.js') }}";
document.body.addEventListener("app-installed", () => bridge.installFinish());
