// The register, nicer: it counts while one ticks, finds while one types, and warns before what was ticked gets lost.
// Everything here also works without it, by sending the form.
"use strict";

function keepRegister(form) {
  const came = document.getElementById("came");
  const difference = document.getElementById("difference");
  const find = form.elements.q;
  const all = document.getElementById("all");
  const people = [...form.querySelectorAll(".people > li")].map((row) => ({
    row,
    present: row.querySelector("[name=m]"),
    excused: row.querySelector("[name=e]"), // of open lectures
    status: row.querySelector("[name=x]"), // of cohorts: late, excused, absent, a substitute, made up
    isExpected: row.closest("[data-expected]") !== null, // whom 全到 means
  }));
  let touched = false;
  let before = null; // the ticks before 全到, while it can be undone

  const say = (template, values) => template.replace(/\{(\w+)\}/g, (_match, name) => values[name]);
  const number = (name) => {
    const text = form.elements[name].value.normalize("NFKC").trim();
    return /^[0-9]{1,6}$/.test(text) ? Number(text) : null;
  };
  // As rules/registers/attendance.py reads them: two words are a name and a place, of more each is one or the other.
  const PLACE = /^(.+村|.{2,}(社区|街道|[镇乡县区市省街])|.*[0-9一二三四五六七八九十][组社队]|.{2,}(公司|合作社|学校|医院))$/;
  const peopleIn = (line) => {
    const words = line.replace(/[(（][^()（）]*[)）]/g, " 某村 ").trim().split(/\s+/).filter(Boolean);
    const parted = words.filter((word, at) => !(at && word.length === 1 && words[at - 1].length === 1));
    if (!parted.length) return 0;
    return parted.length < 3 ? 1 : 1 + parted.slice(1).filter((word) => !PLACE.test(word)).length;
  };
  const guestsIn = (text) => text.split(/[\n、，,；;。/|]+/).reduce((sum, line) => sum + peopleIn(line), 0);
  const filled = (name) => [...form.querySelectorAll(`[name=${name}]`)].filter((input) => input.value.trim()).length;

  const isSetAside = ({ excused, status }) => Boolean((excused && excused.checked) || (status && status.value));
  // Late and somebody of the family instead fill a place in the room, too.
  const isHere = ({ present, status }) => present.checked || (status && / (late|substitute)$/.test(status.value));

  function count() {
    const named = people.filter(isHere).length + filled("nn");
    const guests = guestsIn(form.elements.g.value) + (number("gn") || 0);
    const counted = number("h");
    came.textContent = say(form.dataset.count, { n: named + guests });
    const parts = [say(form.dataset.written, { named, guests })];
    if (counted !== null) {
      const more = counted - named - guests;
      const words = more === 0 ? "equal" : more > 0 ? "more" : "fewer";
      parts.push(say(form.dataset[words], { n: Math.abs(more) }));
    }
    difference.textContent = parts.join(" · ");
  }

  function filter() {
    const fits = finder(find.value);
    for (const { row } of people) row.hidden = !fits(row.dataset.name, row.dataset.keys);
    for (const others of form.querySelectorAll("details:has(.people > li:not([hidden]))")) if (find.value.trim()) others.open = true;
    for (const group of form.querySelectorAll("fieldset.group")) {
      const rows = [...group.querySelectorAll(".people > li")];
      group.hidden = rows.length > 0 && rows.every((row) => row.hidden);
    }
  }

  // As rules/registers/from_paper.py reads them: whom the row numbers mean is seen while they are typed.
  const paper = form.elements.p;
  const namesOnPaper = document.getElementById("paper-names");
  const byRow = new Map(people.map(({ row }) => [Number(row.dataset.row), row.dataset.name]));

  function showPaper() {
    const text = paper.value.normalize("NFKC").replace(/[‐-―−~～〜到至]/g, "-").replace(/\+\s*\d+\s*[人个位]?/g, " ");
    const names = [];
    if (/^[\d\s,、;。.\-第号]*$/.test(text)) {
      for (const [, first, to] of text.matchAll(/(\d{1,3})(?:\s*-\s*(\d{1,3}))?/g)) {
        for (let row = Number(first); row <= Number(to ?? first); row += 1) names.push(byRow.get(row) ?? `${row}？`);
      }
    }
    namesOnPaper.textContent = names.join("、");
  }

  function tickAll(event) {
    event.preventDefault();
    touched = true;
    if (before) {
      for (const person of people) person.present.checked = before.has(person);
      before = null;
    } else {
      before = new Set(people.filter((person) => person.present.checked));
      for (const person of people) if (person.isExpected && !isSetAside(person)) person.present.checked = true;
    }
    const words = all.textContent;
    all.textContent = all.dataset.undo;
    all.dataset.undo = words;
    count();
  }

  // A row more as soon as the last one is used, so that nobody has to save in between.
  function addRow() {
    const rows = [...form.querySelectorAll(".row.new")];
    const last = rows[rows.length - 1];
    if (!last.querySelector("[name=nn]").value.trim()) return;
    const next = last.cloneNode(true);
    for (const extra of next.querySelectorAll(".errors, .tick")) extra.remove();
    next.classList.remove("wrong");
    next.removeAttribute("id");
    for (const input of next.querySelectorAll("input")) input.value = "";
    last.after(next);
  }

  form.addEventListener("change", (event) => {
    const person = people.find((one) => [one.present, one.excused, one.status].includes(event.target));
    if (!person) return;
    // 到 and 请假, or whatever else is chosen, exclude each other; the last one tapped is meant.
    if (event.target === person.present && person.present.checked) {
      if (person.excused) person.excused.checked = false;
      if (person.status) person.status.value = "";
    } else if (event.target !== person.present && isSetAside(person)) {
      person.present.checked = false;
    }
    count();
  });
  form.addEventListener("input", (event) => {
    if (event.target === find) {
      filter();
      return;
    }
    touched = true;
    if (event.target === paper) showPaper();
    if (event.target.name === "nn") addRow();
    count();
  });
  // Whom it finds stands below it: a phone's keyboard must not cover that.
  find.addEventListener("focus", () => find.closest(".find").scrollIntoView());
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  form.addEventListener("submit", () => {
    find.value = "";
    touched = false;
  });
  if (all) all.addEventListener("click", tickAll);
  document.getElementById("find").hidden = true;
  window.addEventListener("beforeunload", (event) => {
    if (touched && form.isConnected) event.preventDefault();
  });

  filter();
  count();
}

if (document.getElementById("register")) keepRegister(document.getElementById("register"));
