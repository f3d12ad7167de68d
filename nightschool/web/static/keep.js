// What is typed into a long form is kept on this device until the server says that it is saved, and given back when it
// is not: the signal was lost, the page was left, the battery was empty. No telephone or ID number and no password is
// kept. On somebody's own phone it outlives the browser, elsewhere it goes with the window.
"use strict";

(() => {
  const told = document.getElementById("kept");
  const store = told.dataset.own ? localStorage : sessionStorage;
  const MINE = `kept ${told.dataset.keeper} `;
  const DAYS = 14;
  const PAUSE = 300;
  const TEXTS = "textarea, input:not([type]), input[type=text], input[type=number], input[type=date], input[type=time]";
  const NUMBERS = /1[3-9]\d(?:[- ]?\d{4}){2}|0\d{2,3}[- ]?\d{7,8}|\d{15,18}[Xx]?/g;

  const read = (key) => {
    try {
      return JSON.parse(store.getItem(key));
    } catch {
      return null;
    }
  };
  const write = (key, entry) => {
    try {
      store.setItem(key, JSON.stringify(entry));
    } catch {
      // No room, or not allowed: then nothing is kept.
    }
  };

  const isLong = (form) =>
    form.method === "post" &&
    !form.querySelector("[type=password]") &&
    (form.querySelector("textarea") || form.querySelectorAll(TEXTS).length > 2);
  const fields = (form) =>
    [...form.elements].filter(
      ({ name, type, readOnly, dataset }) =>
        name &&
        !readOnly &&
        !dataset.passing &&
        !["hidden", "submit", "button", "file", "tel", "password", "fieldset"].includes(type),
    );
  const isTicked = ({ type }) => type === "checkbox" || type === "radio";

  function typed(form) {
    const values = new Map();
    for (const field of fields(form)) {
      const all = values.get(field.name) ?? [];
      values.set(field.name, all);
      if (!isTicked(field)) all.push(field.value.replace(NUMBERS, "…"));
      else if (field.checked) all.push(field.value);
    }
    return Object.fromEntries(values);
  }

  // What is kept is there already: the page came back with all of it.
  const isShown = (kept, shown) =>
    Object.entries(kept).every(([name, all]) => all.every((value) => !value || shown[name]?.includes(value)));

  function putBack(form, values) {
    for (const [name, all] of Object.entries(values)) {
      let written = 0;
      all.forEach((value) => {
        // Looked for anew each time: some forms grow a row when their last one is used.
        const named = fields(form).filter((field) => field.name === name);
        const field =
          named.find((one) => isTicked(one) && one.value === value) ?? named.filter((one) => !isTicked(one))[written++];
        if (!field) return;
        if (isTicked(field)) field.checked = true;
        else field.value = value;
        field.dispatchEvent(new Event(isTicked(field) ? "change" : "input", { bubbles: true }));
      });
      for (const field of fields(form)) {
        if (field.name === name && field.type === "checkbox") field.checked = all.includes(field.value);
      }
    }
  }

  async function isSaved(id) {
    try {
      const answer = await fetch(`${told.dataset.receipts}/${id}`);
      return answer.ok && (await answer.json()).saved;
    } catch {
      return false; // No signal: it stays until there is.
    }
  }

  function offer(form, key, entry) {
    const box = document.createElement("div");
    box.className = "notice question kept";
    const words = document.createElement("p");
    words.setAttribute("role", "status");
    const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    words.textContent = told.dataset.told.replace("{when}", when.format(entry.at));
    const button = (label, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "quiet small";
      made.textContent = label;
      made.addEventListener("click", () => {
        act();
        box.remove();
      });
      return made;
    };
    box.append(
      words,
      button(told.dataset.back, () => {
        putBack(form, entry.values);
        // Sent again as it was, it is the same form: what had arrived after all is not done twice.
        const own = form.querySelector("input[name=once], input[name=s]");
        if (own && entry.id) own.value = entry.id;
      }),
      button(told.dataset.drop, () => store.removeItem(key)),
    );
    form.before(box);
  }

  function watch(form, key) {
    const asShown = typed(form);
    let pause;
    const keep = (sentAs) => {
      clearTimeout(pause);
      const values = typed(form);
      const id = sentAs ?? read(key)?.id;
      if (id || !isShown(values, asShown) || !isShown(asShown, values)) write(key, { at: Date.now(), id, values });
    };
    const soon = () => {
      clearTimeout(pause);
      pause = setTimeout(keep, PAUSE);
    };
    form.addEventListener("input", soon);
    form.addEventListener("change", soon);
    form.addEventListener("submit", () => keep(form.querySelector("input[name=once], input[name=s]")?.value));
    return asShown;
  }

  async function begin() {
    try {
      localStorage.setItem("keeper", told.dataset.keeper); // whose phone it is now, for the register without signal
    } catch {
      // Not allowed: then there is no such register here.
    }
    const left = [...document.forms].filter(isLong).map((form, number) => {
      const key = `${MINE}${location.pathname} ${number}`;
      const entry = "whole" in form.dataset ? null : read(key); // whole: the page says all that was sent, read by now
      return { form, key, entry, asShown: watch(form, key) };
    });
    for (const key of Object.keys(store).filter((one) => one.startsWith("kept "))) {
      const entry = read(key);
      const isOver = !entry || Date.now() - entry.at > DAYS * 24 * 3600 * 1000;
      if (isOver || (key.startsWith(MINE) && entry.id && (await isSaved(entry.id)))) store.removeItem(key);
    }
    for (const { form, key, entry, asShown } of left) {
      if (entry && read(key) && !isShown(entry.values, asShown)) offer(form, key, entry);
    }
  }

  begin();
})();
