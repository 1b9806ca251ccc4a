// «Клиент пишет»: an example fills the form.
"use strict";
(() => {
  const form = document.querySelector("[data-letter]");
  const examples = JSON.parse(form.querySelector("[data-examples]").textContent);
  form.querySelector("[data-example]").addEventListener("change", (event) => {
    const one = examples[event.target.value];
    if (!one) return;
    form.elements.subject.value = one.subject;
    form.elements.text.value = one.text;
    for (const radio of form.elements.channel) radio.checked = radio.value === one.channel;
  });
})();
