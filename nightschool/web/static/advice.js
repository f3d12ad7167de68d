// What speaks against a date, said under it while it is chosen. Without this script the page says so once it was sent.
"use strict";

const ASKED_WITH = { day: "day", first: "day", starts: "starts", ends: "ends", title: "title", teachers: "teachers", venue: "venue" };
const PAUSE = 250;

async function said(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? (await answer.json()).advice : [];
  } catch {
    return []; // No signal, or logged out: the page says it once the form is sent.
  }
}

for (const box of document.querySelectorAll("[data-advice]")) {
  const form = box.closest("form");
  let turn = 0;
  let pause;

  const show = (advice) => {
    box.replaceChildren(
      ...advice.map(({ sentence, source }) => {
        const line = document.createElement("p");
        line.className = "line advice";
        line.textContent = `${sentence} `;
        const known = document.createElement("span");
        known.className = "aside";
        known.textContent = source;
        line.append(known);
        return line;
      }),
    );
  };

  const ask = async () => {
    const mine = ++turn;
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (name in ASKED_WITH) query.append(ASKED_WITH[name], value);
    }
    const found = query.get("day") === "" ? [] : await said(`${box.dataset.advice}?${query}`);
    if (mine === turn) show(found);
  };

  form.addEventListener("input", ({ target }) => {
    if (!(target.name in ASKED_WITH)) return;
    clearTimeout(pause);
    pause = setTimeout(ask, PAUSE);
  });
}
