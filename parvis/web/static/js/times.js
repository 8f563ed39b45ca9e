/* Times in the reader's words ("3 hours ago"), the full date on hover; the server's words stay without script. */
const { parvis } = window;

const steps = [['year', 31536000], ['month', 2592000], ['week', 604800], ['day', 86400], ['hour', 3600], ['minute', 60]];
let relative, full;

const words = (at, now) => {
  const seconds = (at - now) / 1000;
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) || ['minute', 60];
  // "now" rather than "in 0 minutes", also for a clock that is a little late.
  return Math.abs(seconds) < 45 ? relative.format(0, 'second') : relative.format(Math.trunc(seconds / size) || Math.sign(seconds), unit);
};

const show = (time) => {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) return;
  time.title ||= full.format(at);
  const text = words(at, Date.now());
  if (time.textContent !== text) time.textContent = text;
};

/* Every <time datetime> under `root` asking for it: in <x-time>, or with data-relative. */
const all = (root) => {
  relative ||= new Intl.RelativeTimeFormat(parvis.lang(), { numeric: 'auto', style: 'long' });
  full ||= new Intl.DateTimeFormat(parvis.lang(), { dateStyle: 'full', timeStyle: 'short' });
  root.querySelectorAll('x-time time[datetime], time[data-relative]').forEach(show);
};

parvis.element('x-time', (el) => all(el.parentNode));
parvis.on(document, 'DOMContentLoaded', () => all(document));
parvis.on(document, 'htmx:load', (event) => all(event.target.parentNode || document));
if (document.readyState !== 'loading') all(document);
setInterval(() => { if (!document.hidden) all(document); }, 60000);
