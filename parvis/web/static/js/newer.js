/* What came since the page was drawn: the bell's number, "3 new", new replies. Nothing moves under the reader. */
const { parvis } = window;
const { on, t, element, make } = parvis;

const EARLIER_MS = 10000; // what was being written while the page was drawn has an earlier date
const since = (moment) => new Date(new Date(moment).getTime() - EARLIER_MS).toISOString();

/* The bell and the page's title. */
const bare = document.title;
const ring = (unread) => {
  const text = unread > 99 ? '99+' : String(unread);
  document.title = unread ? `(${text}) ${bare}` : bare;
  for (const link of document.querySelectorAll('a.tool[href="/notifications/"], a.phonebar-link[href="/notifications/"]')) {
    let mark = link.querySelector('.tool-count');
    if (!unread) { mark?.remove(); continue; }
    if (mark?.firstChild.textContent === text) continue;
    mark ||= link.appendChild(make('span', { className: 'tool-count' }));
    mark.replaceChildren(text, make('span', { className: 'visually-hidden' }, ` ${t('unread')}`));
  }
};
const drawn = () => parseInt(document.querySelector('.tool-count')?.textContent, 10) || 0;
let known = drawn();
parvis.bell = (unread) => {
  if (unread > known) parvis.announce(parvis.count('notices', unread));
  known = unread;
  ring(unread);
};
ring(known);
const living = new AbortController();
parvis.part({
  hidden: true,
  signal: living.signal,
  wants: (kind) => kind === 'bell' && parvis.live.holds(),
  async look() {
    const { unread } = await parvis.json('/now/');
    parvis.bell(unread);
    parvis.live.say({ unread });
  },
});

/* A pill floats over the page; what is behind it stays where it is. */
const pill = (el, link, text) => {
  if (text && text !== link.textContent) parvis.announce(text);
  link.textContent = text;
  link.hidden = !text;
};
const asks = (url, moment) => parvis.address(url, { since: since(moment) });

/* <x-pill data-url data-since data-opens>: cards that the stream doesn't show yet. Its link leads to `data-href`. */
element('x-pill', (el, signal) => {
  const { url, href, opens } = el.dataset;
  if (!url) return;
  const link = el.appendChild(make('a', { href: href || location.href, className: 'new-pill', hidden: true, 'data-made': '' }));
  parvis.part({
    signal,
    wants: (kind, keys) => kind === 'post' && (opens === 'home' || opens === `space:${keys.space}`),
    async look() {
      const { keys } = await parvis.json(asks(url, el.dataset.since), { signal });
      const count = keys.filter((key) => !document.getElementById(`c-${key}`)).length;
      pill(el, link, count ? parvis.count('new_items', count) : '');
    },
  });
});

/*
 * <x-newer data-url data-since data-page data-opens> at the end of a thread: replies that aren't there yet. Pressed, they
 * are put where they belong; if they belong to another page of the thread, the link leads there.
 */
element('x-newer', (el, signal) => {
  const { url, opens, page } = el.dataset;
  const thread = el.closest('x-thread');
  const link = el.appendChild(make('a', { href: location.href, className: 'new-pill', hidden: true, 'data-made': '' }));
  const missing = (keys) => keys.filter((key) => !document.getElementById(`r-${key}`));
  let first = '';
  parvis.part({
    signal,
    wants: (kind, keys) => kind === 'reply' && opens === `thing:${keys.thing}`,
    async look() {
      const { keys } = await parvis.json(asks(url, el.dataset.since), { signal });
      const found = missing(keys);
      [first] = found;
      if (first) link.href = `${location.pathname}?reply=${first}#r-${first}`;
      pill(el, link, found.length ? parvis.count('new_replies', found.length) : '');
    },
  });

  const place = (reply) => {
    const nested = reply.closest('.reply-children');
    const lists = thread.querySelectorAll('.replies');
    if (lists.length !== 1) return false; // two sides: the page itself knows where it belongs
    const own = document.adoptNode(reply);
    if (!nested) { lists[0].append(own); return true; }
    const root = document.getElementById(nested.previousElementSibling?.id || '-');
    if (!root) return false;
    let list = root.nextElementSibling;
    if (!list?.matches('.reply-children')) root.after(list = make('div', { className: 'reply-children' }));
    list.append(own);
    return true;
  };
  const insert = async () => {
    const text = await parvis.html(`${location.pathname}?reply=${first}`, { signal });
    const come = new DOMParser().parseFromString(text, 'text/html');
    if (come.querySelector('x-newer')?.dataset.page !== page) return false;
    const replies = [...come.querySelectorAll('x-thread [data-reply]')].filter(({ id }) => id && !document.getElementById(id));
    if (!replies.length) return false;
    for (const reply of replies) {
      reply.classList.remove('is-target');
      if (!place(reply)) return false;
      reply.classList.add('is-come');
      window.htmx?.process(reply);
      reply.dispatchEvent(new CustomEvent('htmx:load', { bubbles: true, detail: { elt: reply } }));
    }
    const number = come.getElementById('replies-title');
    if (number) document.getElementById('replies-title')?.replaceChildren(...number.childNodes);
    link.hidden = true;
    link.textContent = '';
    replies[0].tabIndex = -1;
    replies[0].focus({ preventScroll: true });
    replies[0].scrollIntoView({ block: 'nearest', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    return true;
  };
  on(link, 'click', async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const there = link.href;
    try { if (await insert()) return; } catch { /* the page itself, then */ }
    location.assign(there);
  }, signal);
});
