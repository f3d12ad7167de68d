// Under each date that is chosen: its weekday and its lunar date, as the server told them of the date it knew.
// The lunar months come from the server too, because the calendar in browsers is wrong on some days.
const A_DAY = 24 * 3600 * 1000;
const DIGITS = ["十", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

function lunarDay(number) {
  if (number % 10 === 0) return ["初十", "二十", "三十"][number / 10 - 1];
  return ["初", "十", "廿"][Math.floor(number / 10)] + DIGITS[number % 10];
}

function read(table) {
  return table.split(";").map((entry) => [entry.slice(0, 10), entry.slice(10)]);
}

export function tell(text, words, isChinese) {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return "";
  const day = Date.parse(`${text}T00:00:00Z`);
  const month = read(words.months).filter(([begins]) => begins <= text).pop();
  if (Number.isNaN(day) || !month) return "";
  const number = Math.round((day - Date.parse(`${month[0]}T00:00:00Z`)) / A_DAY) + 1;
  if (number > 30) return "";
  const term = read(words.terms).find(([begins]) => begins === text);
  const lunar = month[1] + (isChinese ? lunarDay(number) : number) + (term ? term[1] : "");
  const weekday = new Intl.DateTimeFormat(isChinese ? "zh-Hans" : "en", { weekday: "short", timeZone: "UTC" });
  return words.told.replace("{weekday}", weekday.format(day)).replace("{lunar}", lunar);
}

for (const line of document.querySelectorAll("[data-day-of]")) {
  const field = document.getElementById(line.dataset.dayOf);
  const isChinese = document.documentElement.lang.startsWith("zh");
  field?.addEventListener("input", () => {
    line.textContent = tell(field.value, line.dataset, isChinese);
  });
}
