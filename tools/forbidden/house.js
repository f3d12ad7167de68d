// A bad line and a good one for each rule of house.yaml. Nothing here is ever run.

// ruleid: markup-from-script
row.innerHTML = `<b>${learner.name}</b>`;
// ok: markup-from-script
row.textContent = learner.name;

// ruleid: key-from-elsewhere
counts[answer.kind] = answer.count;
// ok: key-from-elsewhere
counts.set(answer.kind, answer.count);
