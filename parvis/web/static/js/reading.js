/* Reading aids: first unread, quoting a selection, copying a link. Nothing moves under the reader. */
const { parvis } = window;
const { on, t, element, make } = parvis;

/* A selection in a [data-quotable] of `el` offers "Quote", put into the reply composer (`data-for`: its form's id). */
const quoting = (el, signal) => {
  const area = () => document.querySelector(`${el.dataset.for ? `#${CSS.escape(el.dataset.for)}` : 'x-composer'} textarea[name=body]`);
  const button = make('button', { type: 'button', className: 'button quote-button', hidden: true, 'data-made': '' }, t('quote'));
  button.style.position = 'absolute';
  el.append(button);
  const writer = (source) => {
    const link = source.closest('[data-reply]')?.querySelector('.reply-name[href]');
    return source.dataset.author ? source.dataset : { author: link?.textContent.trim(), person: /^\/people\/(\w+)\//.exec(link?.getAttribute('href'))?.[1] };
  };
  const selected = () => {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const near = range.commonAncestorContainer;
    const source = (near.closest ? near : near.parentElement)?.closest('[data-quotable]');
    const text = selection.toString().trim();
    return source && el.contains(source) && text ? { text, source, range } : null;
  };
  const show = parvis.pause(() => {
    const found = area() && selected();
    button.hidden = !found;
    if (!found) return;
    const box = found.range.getBoundingClientRect();
    const frame = (button.offsetParent || document.body).getBoundingClientRect();
    button.style.top = `${box.bottom - frame.top + 6}px`;
    button.style.left = `${Math.max(0, box.left - frame.left)}px`;
  }, 200);
  on(document, 'selectionchange', show, signal);
  const quote = () => {
    const found = selected();
    const field = area();
    if (!found || !field) return;
    const { author, person } = writer(found.source);
    const lines = found.text.split(/\n+/).map((line) => `> ${line}`).join('\n>\n');
    const cite = author && person ? `@[${author.replace(/[\\[\]]/g, '')}](person:${person})\n\n` : '';
    const before = field.value.trimEnd();
    parvis.markdown.replace(field, 0, field.value.length, `${before ? `${before}\n\n` : ''}${cite}${lines}\n\n`);
    document.getSelection().removeAllRanges();
    field.focus();
    field.scrollIntoView({ block: 'center' });
    button.hidden = true;
    parvis.announce(t('quoted'));
  };
  on(button, 'mousedown', (event) => event.preventDefault(), signal); // or the selection is gone
  on(button, 'click', quote, signal);
  on(document, 'keydown', (event) => {
    if (event.key !== 'q' || event.ctrlKey || event.metaKey || event.altKey || parvis.typing(event.target) || !selected()) return;
    event.preventDefault();
    quote();
  }, signal);
};
element('x-quote', quoting);

/* <x-thread>: opens at the reply named in the address, else at #new; the reply is marked, focus follows it. Its texts can be quoted. */
element('x-thread', (el, signal) => {
  quoting(el, signal);
  const go = (smooth) => {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = (id && el.querySelector(`#${CSS.escape(id)}`)) || (!smooth && !id && el.querySelector('[data-first-unread], #new'));
    if (!target) return;
    for (const old of el.querySelectorAll('.is-target')) old.classList.remove('is-target');
    if (target.matches('[data-reply]')) target.classList.add('is-target');
    target.tabIndex = -1;
    target.scrollIntoView({ block: 'start', behavior: smooth && !matchMedia('(prefers-reduced-motion: reduce)').matches ? 'smooth' : 'auto' });
    target.focus({ preventScroll: true });
  };
  on(window, 'hashchange', () => go(true), signal);
  // A page come back to is left where the reader was.
  if (performance.getEntriesByType('navigation')[0]?.type !== 'back_forward') go(false);
});

/* An address that ends in #print opens the paper at once. */
if (location.hash === '#print') window.addEventListener('load', () => window.print());

/* <x-copy> around a link: pressing it copies the address instead of going there. */
element('x-copy', (el, signal) => {
  on(el, 'click', async (event) => {
    const link = event.target.closest('a[href], button[data-copy]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const url = new URL(link.dataset.copy || link.href, location.href).href;
    try {
      await navigator.clipboard.writeText(url);
      parvis.toast(t('copied'));
    } catch {
      // Refused outside https: the address is shown, selected.
      const field = make('input', { value: url, readOnly: true, ariaLabel: t('copy_failed') });
      parvis.toast(t('copy_failed'), field);
      field.select();
    }
  }, signal);
});
