// What a phone keeps so that the register works without signal. One database for good: a newer version of these scripts
// only adds stores to it, an older one opens it as it is, and neither takes anything out that was not sent.
"use strict";

const POCKET_STORES = { taken: ["keeper", "village"], drafts: ["keeper", "class"], outbox: "id", notes: "keeper" };
const POCKET_DAY = 24 * 3600 * 1000;
const POCKET_DAYS = 14; // of names; what is not sent yet stays, and so do the names that it takes to put it right
const POCKET_PATIENCE = 30_000;

const pocketWorks = () =>
  isSecureContext && "serviceWorker" in navigator && "indexedDB" in window && !/MicroMessenger/.test(navigator.userAgent);

const pocketAsked = (request) =>
  new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

function pocketOpened(version) {
  const request = indexedDB.open("pocket", version);
  request.onupgradeneeded = () => {
    for (const [name, keyPath] of Object.entries(POCKET_STORES)) {
      if (!request.result.objectStoreNames.contains(name)) request.result.createObjectStore(name, { keyPath });
    }
  };
  return pocketAsked(request);
}

// All of the work is on the disk when it returns, or nothing is; `work` gets the stores by name.
async function inPocket(mode, work) {
  let db = await pocketOpened();
  if (Object.keys(POCKET_STORES).some((name) => !db.objectStoreNames.contains(name))) {
    db.close();
    db = await pocketOpened(db.version + 1);
  }
  db.onversionchange = () => db.close();
  try {
    const passing = db.transaction(Object.keys(POCKET_STORES), mode, { durability: "strict" });
    const over = new Promise((done, failed) => {
      passing.oncomplete = done;
      passing.onabort = () => failed(passing.error);
    });
    const stores = Object.keys(POCKET_STORES).map((name) => [name, passing.objectStore(name)]);
    const [found] = await Promise.all([work(Object.fromEntries(stores)), over]);
    return found;
  } finally {
    db.close();
  }
}

const pocketAll = (name) => inPocket("readonly", (stores) => pocketAsked(stores[name].getAll()));

// Whose phone this is, beside what it keeps: the browser writes localStorage down some seconds late, which a flat battery
// does not wait for.
const POCKET_WHOSE = "";
async function pocketWhose() {
  const said = await inPocket("readonly", ({ notes }) => pocketAsked(notes.get(POCKET_WHOSE)));
  return localStorage.getItem("keeper") ?? said?.whose ?? null;
}

// By how many seconds this clock is behind the server's, which said that it was `at` between the two times of ours.
const pocketOffset = (at, began) => Math.round((Date.parse(at) - (began + Date.now()) / 2) / 1000);

const pocketFetch = (address, more = {}) =>
  fetch(address, { redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(POCKET_PATIENCE), ...more });

// The sheet stands in the outbox, instead of the one it was made from; that one may have arrived, so it is named for good.
function pocketKeep(sheet, madeFrom) {
  return inPocket("readwrite", async ({ outbox, drafts }) => {
    const former = madeFrom && (await pocketAsked(outbox.get(madeFrom)));
    if (madeFrom) sheet.replaces = [...(former ? former.replaces : []), madeFrom].slice(-50);
    if (former) outbox.delete(madeFrom);
    outbox.put(sheet);
    drafts.delete([sheet.keeper, sheet.class]);
  });
}

// Names and classes as they are now, kept where this is somebody's own phone. The answer, when it was another one.
async function pocketTake(address) {
  const began = Date.now();
  const answer = await pocketFetch(address);
  if (!answer.ok) return answer;
  const data = await answer.json();
  localStorage.setItem("keeper", data.keeper);
  if (!data.own) return null;
  await inPocket("readwrite", async ({ taken, outbox, notes }) => {
    const { keeper, village } = data;
    const former = await pocketAsked(taken.get([keeper, village]));
    const unsent = (await pocketAsked(outbox.getAll())).filter((one) => one.keeper === keeper && !one.sent);
    for (const about of former ? former.data.classes : []) {
      // Too long ago to be taken along, and yet somebody has to be able to put the sheet right.
      const isNeeded = unsent.some((one) => one.class === about.id) && !data.classes.some(({ id }) => id === about.id);
      if (!isNeeded) continue;
      data.classes.push(about);
      const keys = [...about.expected, ...about.others];
      const of = (before) => Object.fromEntries(keys.map((key) => [key, before?.[key]]));
      data.people = { ...of(former.data.people), ...data.people };
      data.sounds = { ...of(former.data.sounds), ...data.sounds };
    }
    taken.put({ keeper, village, at: Date.now(), data });
    const note = (await pocketAsked(notes.get(keeper))) ?? {};
    notes.put({ ...note, keeper, offset: pocketOffset(data.at, began) });
    notes.put({ keeper: POCKET_WHOSE, whose: keeper });
  });
  return null;
}

// What has been here long enough is gone; with names that somebody's unsent sheet needs, it waits for that.
function pocketForget() {
  return inPocket("readwrite", async ({ taken, drafts, outbox }) => {
    const isOlder = (at, days) => Math.abs(Date.now() - at) > days * POCKET_DAY;
    const sheets = await pocketAsked(outbox.getAll());
    for (const one of sheets) if (one.sent && isOlder(one.sent.at, 1)) outbox.delete(one.id);
    for (const one of await pocketAsked(taken.getAll())) {
      const isNeeded = sheets.some((sheet) => sheet.keeper === one.keeper && !sheet.sent && !sheet.filed);
      if (isOlder(one.at, POCKET_DAYS) && !isNeeded) taken.delete([one.keeper, one.village]);
    }
    for (const one of await pocketAsked(drafts.getAll())) {
      if (isOlder(one.at, POCKET_DAYS)) drafts.delete([one.keeper, one.class]);
    }
  });
}

// The sheets as another phone or a computer takes them in.
function pocketText(sheets) {
  const plain = sheets.map(({ keeper, sent, refused, filed, ...sheet }) => sheet);
  return JSON.stringify({ nightschool: "pocket", sheets: plain }, null, 1);
}

// The same as a file. Resolves when the browser has been given it.
async function pocketFile(sheets) {
  const text = pocketText(sheets);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const day = new Date().toLocaleDateString("sv");
  link.download = `dianming-${day}.json`;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  await inPocket("readwrite", async ({ outbox }) => {
    for (const { id } of sheets) {
      const sheet = await pocketAsked(outbox.get(id));
      if (sheet) outbox.put({ ...sheet, filed: Date.now() });
    }
  });
}
