/* <time data-relative>: "3 hours ago" while it is recent; the absolute date stays in the title. */
const { parvis } = window;
const steps = [['minute', 60], ['hour', 3600], ['day', 86400]];
const words = new Intl.RelativeTimeFormat(parvis.lang(), { numeric: 'auto', style: 'short' });

const say = (time) => {
  const moment = new Date(time.dateTime);
  const age = (Date.now() - moment) / 1000;
  if (Number.isNaN(age)) return;
  time.title ||= time.textContent;
  const [unit, size] = steps.findLast(([, seconds]) => Math.abs(age) >= seconds) || ['second', 1];
  // After six days a date says more than a distance.
  const text = Math.abs(age) > 6 * 86400 ? time.title.split(',')[0]
    : words.format(unit === 'second' ? 0 : -Math.round(age / size), unit);
  if (time.textContent !== text) time.textContent = text;
};
const sayAll = (root) => root.querySelectorAll?.('time[data-relative]').forEach(say);

sayAll(document);
// Only times whose text would change; a hidden tab waits.
setInterval(() => { if (!document.hidden) sayAll(document); }, 60000);
parvis.on(document, 'htmx:load', ({ detail }) => sayAll(detail.elt));
document.addEventListener('visibilitychange', () => { if (!document.hidden) sayAll(document); });
// On paper "3 hours ago" means nothing.
parvis.on(window, 'beforeprint', () => {
  for (const time of document.querySelectorAll('time[data-relative][title]')) time.textContent = time.title;
});
parvis.on(window, 'afterprint', () => sayAll(document));
