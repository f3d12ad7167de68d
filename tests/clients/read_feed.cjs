// Prints the events of a feed as ical.js reads them, which is what Thunderbird has inside: `node read_feed.cjs FILE`.
const ICAL = require("ical.js");

const feed = new ICAL.Component(ICAL.parse(require("fs").readFileSync(process.argv[2], "utf8")));
for (const zone of feed.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const events = feed.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    title: event.summary,
    starts: event.startDate.toJSDate().toISOString(),
    ends: event.endDate.toJSDate().toISOString(),
    status: component.getFirstPropertyValue("status"),
    place: event.location,
  };
});
console.log(JSON.stringify(events));
