// The register without signal: names and classes from the phone, sheets into its outbox, and from there to the school when
// there is signal. A sheet is forgotten when a receipt names it, and by nothing else that a server or a network may answer.
"use strict";

(() => {
  const page = document.getElementById("pocket");
  const words = page.dataset;
  const cannot = document.getElementById("cannot");
  const part = (name) => page.querySelector(`[data-part=${name}]`);
  const stamped = (name) => {
    const whole = document.getElementById(name).content;
    return (whole.querySelector("li") ?? whole.firstElementChild).cloneNode(true);
  };
  const say = (template, values = {}) => template.replace(/\{(\w+)\}/g, (_match, name) => values[name]);
  const spoken = (at) =>
    new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(at);
  const made = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);
  const line = (...inside) => {
    const p = made("p", "", { className: "line" });
    p.append(...inside);
    return p;
  };

  const A_MINUTE = 60_000;
  const SOON = 400;
  const CODE_STAYS = 700;
  const collect = codeCollector();
  let turning = 0;
  let stopScan = null;
  let pasting = Promise.resolve();
  let keeper = null;
  let taken = null; // names and classes of this village
  let sheets = []; // the outbox: mine and, on the same phone, other accounts'
  let note = {};
  let trouble = ""; // why the last try to send did not send: signal, login, server, full
  let told = ""; // what has just been done
  let saved = ""; // the same of a sheet, said until it is sent
  let isSending = false;
  let isAskedAgain = false; // while it was sending
  let isLasting = false; // what is kept here: the browser has promised to clear other things first
  let isOwn = true; // this phone: names are kept on no other
  let open = null; // the register that is filled in

  const mine = () => sheets.filter((one) => one.keeper === keeper);
  const unsent = () => mine().filter((one) => !one.sent);
  const others = () => sheets.filter((one) => one.keeper !== keeper && !one.sent);
  const sheetOf = (id) => mine().filter((one) => one.class === id).sort((a, b) => b.taken_at.localeCompare(a.taken_at))[0];
  const now = () => Date.now() + (note.offset ?? 0) * 1000;

  async function load() {
    keeper ??= await pocketWhose();
    const found = await Promise.all(["taken", "outbox", "notes"].map(pocketAll));
    taken = found[0].find((one) => one.keeper === keeper && one.village === words.village) ?? null;
    sheets = found[1];
    note = found[2].find((one) => one.keeper === keeper) ?? {};
    isLasting = (await navigator.storage?.persisted?.()) ?? false;
  }

  // What is going on, in one sentence or two.
  function state() {
    const n = unsent().length;
    const doing = isSending ? words.sending : n ? say(words[trouble || "waiting"], { n }) : words[`${trouble || "all"}None`];
    const last = note.sentAt ? say(words.last, { when: spoken(note.sentAt) }) : "";
    part("state").textContent = [told, n ? saved : "", doing, last].filter(Boolean).join(" ");
    part("state").classList.toggle("question", Boolean(trouble) || n > 0);
    part("login").hidden = trouble !== "login";
    const isApple = /iPhone|iPad/.test(navigator.userAgent) || (/Macintosh/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
    part("forgets").hidden = !(n || taken) || !isApple || navigator.standalone === true;
    part("lasts").hidden = !isLasting || isApple;
    part("mayGo").hidden = isLasting || isApple;
  }

  // Why the register cannot be opened here, "" where it can: too early, called off, or saved with marks that are not here.
  function shut(about) {
    const sheet = sheetOf(about.id);
    if (sheet && !sheet.sent) return "";
    if (about.is_off || now() < Date.parse(about.opens_at)) return about.closed || words.later;
    const isOurs = sheet?.sent.outcome === "counts" && sheet.sent.version >= about.version;
    return about.recorded === null || isOurs ? "" : say(words.recorded, { n: about.recorded });
  }

  function entry(about) {
    const sheet = sheetOf(about.id);
    const why = shut(about);
    const item = made("li", "");
    const first = made("p", "", { className: "first" });
    if (!why) first.append(made("a", about.title, { href: `#${about.id}` }));
    else if (about.recorded !== null) first.append(made("a", about.title, { href: say(words.register, { id: about.id }) }));
    else first.textContent = about.title;
    item.append(first, line([about.when, about.venue].filter(Boolean).join(" · ")));
    const says = sheet ? (sheet.sent ? sheet.sent.words : sheet.refused ? words.refused : words.here) : why;
    if (says) item.append(line(made("span", says, { className: "state" })));
    return item;
  }

  function home() {
    state();
    const today = new Date(now()).toLocaleDateString("sv");
    const when = ({ day }) => (day === today ? 0 : day < today ? 1 : 2);
    const nearest = (a, b) => when(a) - when(b) || (when(a) === 1 ? b.day.localeCompare(a.day) : a.day.localeCompare(b.day));
    const classes = [...(taken?.data.classes ?? [])].sort(nearest);
    part("classes").replaceChildren(...classes.map(entry));
    part("nothing").textContent = taken ? (classes.length ? "" : words.noclasses) : isOwn ? words.nothing : words.notOwn;
    part("nothing").hidden = !part("nothing").textContent;
    part("asof").textContent = taken ? say(words.asof, { when: spoken(taken.at) }) : "";

    const asks = mine().filter((one) => (one.sent ? one.sent.outcome === "waits" : one.refused));
    part("asks").hidden = !asks.length;
    part("asked").replaceChildren(
      ...asks.map((one) => {
        const item = made("li", "");
        item.append(made("p", `${one.when} ${one.title}`, { className: "first" }));
        item.append(line(one.sent ? one.sent.words : one.refused));
        const ways = made("p", "", { className: "line" });
        const way = one.sent ? words.waitingPage : taken?.data.classes.some(({ id }) => id === one.class) && `#${one.class}`;
        if (way) ways.append(made("a", one.sent ? words.look : words.edit, { className: "tap", href: way }));
        item.append(ways);
        return item;
      }),
    );
    const waits = unsent();
    part("out").hidden = !waits.length;
    if (!waits.length && turning) part("away").click();
    part("outbox").replaceChildren(
      ...waits.map((one) => {
        const item = made("li", "");
        item.append(made("p", `${one.when} ${one.title}`, { className: "first" }));
        item.append(line(say(one.filed ? words.filed : words.written, { when: spoken(Date.parse(one.taken_at)) })));
        return item;
      }),
    );
    part("others").hidden = !others().length;
    part("othersTold").textContent = say(words.others, { n: others().length });
  }

  async function show() {
    clearTimeout(open?.pause);
    let about = taken?.data.classes.find(({ id }) => id === location.hash.slice(1));
    if (about && shut(about)) {
      told = shut(about);
      about = null;
    }
    part("home").hidden = Boolean(about);
    part("sheet").hidden = !about;
    part("sheet").replaceChildren();
    open = null;
    if (about) await openSheet(about);
    else home();
  }

  function row(key, about, isExpected) {
    const item = stamped(about.is_cohort && isExpected ? "row-cohort" : about.is_cohort ? "row-outside" : "row-open");
    const name = taken.data.people[key] ?? "";
    item.id = key;
    item.dataset.name = name;
    item.dataset.keys = taken.data.sounds?.[key] ?? ""; // those taken along by an older version have none
    item.querySelector("[name=m]").value = key;
    item.querySelector(".tick span").textContent = name;
    const number = about.rows?.[key];
    if (number) item.querySelector(".tick span").prepend(made("i", String(number), { className: "aside" }), " ");
    for (const box of item.querySelectorAll("[name=e], [name=ci]")) box.value = key;
    for (const option of item.querySelectorAll("option")) if (option.value) option.value = `${key} ${option.value.trim()}`;
    for (const one of item.querySelectorAll("[aria-label]")) one.setAttribute("aria-label", say(one.getAttribute("aria-label"), { name }));
    return item;
  }

  async function openSheet(about) {
    const sheet = sheetOf(about.id);
    const draft = (await pocketAll("drafts")).find((one) => one.keeper === keeper && one.class === about.id);
    const form = stamped("whole-sheet");
    form.querySelector("h1").textContent = about.title;
    form.querySelector(".where").textContent = [about.when, about.venue].filter(Boolean).join(" · ");
    form.querySelector("[data-part=expected]").append(...about.expected.map((key) => row(key, about, true)));
    form.querySelector("[data-part=rest]").append(...about.others.map((key) => row(key, about, false)));
    form.querySelector("details").hidden = !about.others.length;
    form.querySelector("details").open = !about.expected.length;
    form.querySelector("#groups").replaceChildren(...taken.data.groups.map((name) => made("option", "", { value: name })));
    told = "";
    form.querySelector("[data-part=again]").textContent = draft ? words.again : (sheet?.refused ?? "");
    form.querySelector("[data-part=again]").hidden = !draft && !sheet?.refused;
    part("sheet").replaceChildren(form);
    const register = form.querySelector("form");
    open = { about, register, madeFrom: sheet?.id, version: sheet?.sent?.version ?? about.version, pause: 0 };
    const values = draft?.form ?? sheet?.form;
    if (values) putBack(register, new URLSearchParams(values));
    keepRegister(register);
    register.addEventListener("input", draftSoon);
    register.addEventListener("change", draftSoon);
    register.addEventListener("click", (event) => event.target.id === "all" && draftSoon());
    register.addEventListener("submit", save);
    scrollTo(0, 0);
  }

  function putBack(register, values) {
    for (const name of ["m", "e"]) {
      const ticked = new Set(values.getAll(name));
      for (const box of register.querySelectorAll(`[name=${name}]`)) box.checked = ticked.has(box.value);
    }
    for (const value of values.getAll("x")) {
      const option = [...register.querySelectorAll("[name=x] option")].find((one) => one.value === value);
      if (option) option.selected = true;
    }
    const instead = values.getAll("c");
    values.getAll("ci").forEach((key, at) => {
      const field = document.getElementById(key)?.querySelector("[name=c]");
      if (field) field.value = instead[at];
    });
    const groups = values.getAll("ng");
    values.getAll("nn").forEach((name, at) => {
      const rows = register.querySelectorAll(".row.new");
      const into = rows[at] ?? rows[rows.length - 1].cloneNode(true);
      if (!rows[at]) rows[rows.length - 1].after(into);
      into.querySelector("[name=nn]").value = name;
      into.querySelector("[name=ng]").value = groups[at];
    });
    for (const name of ["g", "gn", "h", "w", "o", "op", "d"]) register.elements[name].value = values.get(name) ?? "";
  }

  // As the register's own form would send it, without what is empty.
  function written({ register, version }) {
    const values = new URLSearchParams([["v", version]]);
    for (const [name, value] of new FormData(register)) {
      if (["m", "e", "x", "g", "gn", "h", "w", "o", "op", "d"].includes(name) && value.trim()) values.append(name, value.trim());
    }
    for (const field of register.querySelectorAll("[name=c]")) {
      const item = field.closest("li");
      if (!item.querySelector("[name=x]").value.endsWith(" substitute")) continue;
      values.append("ci", item.id);
      values.append("c", field.value.trim());
    }
    for (const one of register.querySelectorAll(".row.new")) {
      const [name, group] = ["nn", "ng"].map((field) => one.querySelector(`[name=${field}]`).value.trim());
      if (!name) continue;
      values.append("nn", name);
      values.append("ng", group);
    }
    return values.toString();
  }

  // What a school would send back is said while somebody is there to mend it.
  function wrong(register) {
    const found = [];
    for (const one of register.querySelectorAll(".row.new")) {
      const [name, group] = ["nn", "ng"].map((field) => one.querySelector(`[name=${field}]`));
      if (name.value.trim() && !group.value.trim()) found.push([group, `${name.value.trim()}${words.colon}${words.wrongGroup}`]);
    }
    for (const field of register.querySelectorAll("[name=c]")) {
      const item = field.closest("li");
      const isMeant = item.querySelector("[name=x]").value.endsWith(" substitute");
      if (isMeant && !field.value.trim()) found.push([field, `${item.dataset.name}${words.colon}${words.wrongInstead}`]);
    }
    for (const name of ["gn", "h", "w", "o", "op"]) {
      const field = register.elements[name];
      const text = field.value.normalize("NFKC").trim();
      if (text && !(/^\d{1,5}$/.test(text) && Number(text) <= 20000)) found.push([field, `${field.labels[0].textContent.trim()}${words.colon}${words.wrongNumber}`]);
    }
    return found;
  }

  function showWrong(found) {
    const box = part("wrong");
    box.replaceChildren(
      ...found.map(([field, sentence]) => {
        const link = made("a", sentence, { href: `#${open.about.id}`, className: "tap" });
        link.addEventListener("click", (event) => {
          event.preventDefault();
          field.focus();
        });
        return line(link);
      }),
    );
    box.hidden = !found.length;
    if (found.length) box.focus();
  }

  function draftSoon() {
    const from = open;
    clearTimeout(from.pause);
    from.pause = setTimeout(async () => {
      const draft = { keeper, class: from.about.id, at: Date.now(), form: written(from) };
      await inPocket("readwrite", ({ drafts }) => pocketAsked(drafts.put(draft))).catch(() => null); // saving will say so
    }, SOON);
  }

  async function save(event) {
    event.preventDefault();
    const from = open;
    const found = wrong(from.register);
    showWrong(found);
    if (found.length || from.isSaving) return;
    from.isSaving = true;
    clearTimeout(from.pause);
    const sheet = {
      id: crypto.randomUUID(),
      keeper,
      village: words.village,
      class: from.about.id,
      title: from.about.title,
      when: from.about.when,
      form: written(from),
      taken_at: new Date().toISOString(),
      offset: note.offset ?? 0,
      replaces: [],
    };
    try {
      await pocketKeep(sheet, from.madeFrom);
    } catch {
      // The phone is full: what was ticked stays on the page, and can be taken away as a file.
      const full = part("full");
      full.hidden = false;
      full.querySelector("button").onclick = () => pocketFile([{ ...sheet, replaces: from.madeFrom ? [from.madeFrom] : [] }]).catch(() => null);
      full.scrollIntoView();
      from.isSaving = false;
      return;
    }
    navigator.storage?.persist?.();
    saved = say(words.saved, sheet);
    trouble = navigator.onLine ? "" : "signal";
    await load();
    history.replaceState(null, "", location.pathname + location.search);
    await show();
    scrollTo(0, 0);
    send();
  }

  // Everything of this account goes, one by one: what is wrong with one sheet holds up no other.
  async function send({ withRefused = true } = {}) {
    isAskedAgain = isSending;
    if (isSending) return;
    isSending = true;
    if (!open) state();
    try {
      trouble = await sendAll(withRefused);
    } catch (error) {
      trouble = error instanceof TypeError || error.name === "TimeoutError" ? "signal" : "full";
    }
    isSending = false;
    await load();
    if (!open) home();
    if (isAskedAgain) await send();
  }

  async function sendAll(withRefused) {
    const before = unsent().length;
    const began = Date.now();
    const asked = await pocketFetch(words.deliveries);
    if (!asked.ok) return asked.status >= 400 ? "server" : "login";
    const who = await asked.json();
    localStorage.setItem("keeper", who.keeper);
    keeper = who.keeper;
    isOwn = who.own;
    await load();
    note = { ...note, keeper, offset: pocketOffset(who.at, began) };
    await inPocket("readwrite", ({ notes }) => pocketAsked(notes.put(note)));
    const headers = { "Content-Type": "application/json", "X-CSRFToken": who.token };
    const post = (said) => pocketFetch(words.deliveries, { method: "POST", headers, body: JSON.stringify(said) });
    const going = unsent()
      .filter((one) => withRefused || !one.refused)
      .sort((a, b) => a.taken_at.localeCompare(b.taken_at));
    let why = "";
    for (const sheet of going) {
      const { id, class: of, form, taken_at, offset, replaces } = sheet;
      const answer = await post({ sheets: [{ id, class: of, form, taken_at, offset, replaces }], waits: unsent().length - 1 });
      if (answer.status === 401 || answer.type === "opaqueredirect") return "login";
      if (!answer.ok) {
        why = "server";
        continue;
      }
      const { receipts, refused } = await answer.json();
      const receipt = receipts.find((one) => one.id === id);
      const refusal = refused.find((one) => one.id === id);
      await inPocket("readwrite", async ({ outbox, notes }) => {
        const kept = await pocketAsked(outbox.get(id));
        if (kept && receipt) outbox.put({ ...kept, refused: undefined, sent: { ...receipt, at: Date.now() } });
        else if (kept && refusal) outbox.put({ ...kept, refused: refusal.words });
        if (receipt) notes.put({ ...note, sentAt: Date.now() });
      });
      await load();
    }
    if (going.length && unsent().length) await post({ sheets: [], waits: unsent().length });
    if (before || going.length || !taken || Date.now() - taken.at > A_MINUTE) {
      const other = await pocketTake(words.take);
      if (other) why ||= other.status >= 500 ? "server" : "";
    }
    return why;
  }

  // What another phone wrote out: its sheets stand in the outbox here, those that were here before as they were.
  async function takeIn(text) {
    let found = [];
    try {
      const said = JSON.parse(text);
      const isText = (value) => typeof value === "string";
      const isSheet = ({ id, class: of, form, taken_at: at, title, when, village }) =>
        [id, of, form, at, title, when, village].every(isText) && /^[0-9a-f-]{36}$/.test(id) && !Number.isNaN(Date.parse(at));
      if (said.nightschool === "pocket") found = said.sheets.filter(isSheet);
    } catch {
      // Nothing of ours, which is said below.
    }
    if (!found.length) {
      told = words.noFile;
    } else if (!keeper) {
      told = words.nobody;
    } else {
      const n = await inPocket("readwrite", async ({ outbox }) => {
        let count = 0;
        for (const { id, class: of, form, taken_at, offset, replaces, title, when, village } of found) {
          if (await pocketAsked(outbox.get(id))) continue;
          const whole = { offset: Number(offset) || 0, replaces: Array.isArray(replaces) ? replaces.map(String) : [] };
          outbox.put({ id, keeper, village, class: of, title, when, form, taken_at, ...whole });
          count += 1;
        }
        return count;
      });
      told = say(words.takenIn, { n, m: found.length });
    }
    await load();
    home();
    scrollTo(0, 0);
    send();
  }

  async function takeFile(event) {
    const [file] = event.target.files;
    if (!file) return;
    const text = await file.text();
    event.target.value = "";
    await takeIn(text);
  }

  // Codes one after the other, for another phone's camera; each can be waited at.
  async function showCodes() {
    const codes = await codesOf(pocketText(unsent()));
    part("codes").hidden = !codes.length;
    part("tooMany").hidden = codes.length > 0;
    let at = -1;
    const turn = () => {
      at = (at + 1) % codes.length;
      drawCode(part("codes").querySelector("canvas"), codes[at]);
      part("whichCode").textContent = say(words.code, { n: at + 1, m: codes.length });
    };
    const pause = () => {
      clearInterval(turning);
      turning = 0;
      part("pause").textContent = words.play;
    };
    const play = () => {
      turning = setInterval(turn, CODE_STAYS);
      part("pause").textContent = words.pause;
    };
    pause();
    if (!codes.length) return;
    part("next").onclick = () => {
      pause();
      turn();
    };
    part("pause").onclick = () => (turning ? pause() : play());
    part("away").onclick = () => {
      pause();
      part("codes").hidden = true;
    };
    turn();
    if (codes.length > 1) play();
    part("pause").hidden = part("next").hidden = codes.length === 1;
    part("codes").scrollIntoView();
  }

  async function takeCodes(text) {
    const { have, of, whole } = await collect(text);
    part("scanned").textContent = of ? say(words.scanned, { n: have, m: of }) : text.trim() && words.noCode;
    if (whole === null) return false;
    part("paste").value = "";
    await takeIn(whole);
    return true;
  }

  async function scan() {
    stopScan?.();
    stopScan = null;
    part("video").hidden = false;
    try {
      stopScan = await scanCodes(part("video"), async (text) => {
        const isDone = await takeCodes(text);
        part("video").hidden = isDone;
        return isDone;
      });
    } catch {
      part("video").hidden = true;
      part("scanned").textContent = words.noCamera;
    }
  }

  function why() {
    if (/MicroMessenger/.test(navigator.userAgent)) return words.wechat;
    return isSecureContext ? words.browser : words.https;
  }

  async function begin() {
    if (!pocketWorks()) {
      page.hidden = true;
      cannot.hidden = false;
      cannot.querySelector("p").textContent = why();
      return;
    }
    page.hidden = false;
    const policy = window.trustedTypes?.createPolicy("pocket", { createScriptURL: (address) => address });
    const worker = policy ? policy.createScriptURL(words.worker) : words.worker;
    navigator.serviceWorker.register(worker).then(
      () => navigator.serviceWorker.ready.then(({ active }) => active.postMessage(location.origin + location.pathname + location.search)),
      () => null,
    );
    trouble = navigator.onLine ? "" : "signal";
    part("send").addEventListener("click", () => send());
    part("file").addEventListener("click", () => pocketFile(unsent()).then(load).then(home));
    part("othersFile").addEventListener("click", () => pocketFile(others()).then(load).then(home));
    part("in").addEventListener("change", takeFile);
    part("show").hidden = part("byCodes").hidden = !codesWork();
    part("show").addEventListener("click", showCodes);
    part("scan").addEventListener("click", scan);
    part("paste").addEventListener("input", () => {
      pasting = pasting.then(() => takeCodes(part("paste").value)); // what was taken in meanwhile is not there any more
    });
    window.addEventListener("hashchange", show);
    window.addEventListener("online", () => send());
    window.addEventListener("offline", () => {
      trouble = "signal";
      if (!open) state();
    });
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
    setInterval(() => {
      if (unsent().some((one) => !one.refused)) send({ withRefused: false });
    }, A_MINUTE);
    await pocketForget().catch(() => null);
    await load();
    await show();
    await send();
    if (!open) await show(); // what was asked for may have come along only now
  }

  begin();
})();
