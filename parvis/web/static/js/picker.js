/* `@` people and `#` tags picked while typing in a textarea; a listbox by the caret, moved by the arrow keys. */
const { parvis } = window;
const { make, on, t } = parvis;

const asked = /(?:^|[\s([])(?:(@)([\p{L}\p{N}_.'’-]*(?: [\p{L}'’-]+)?)|(#)([\p{L}\p{N}_-]+))$/u;
const inCode = (before) => (before.split(/^ {0,3}(?:```|~~~)/m).length % 2 === 0)
  || (before.slice(before.lastIndexOf('\n') + 1).split('`').length % 2 === 0);

/* Where the caret is on screen: a hidden twin of the textarea, wrapped the same way. */
const caret = (area, at) => {
  const twin = make('div', {}, area.value.slice(0, at));
  const style = getComputedStyle(area);
  for (const name of ['font', 'letterSpacing', 'lineHeight', 'padding', 'border', 'boxSizing', 'tabSize', 'textIndent']) {
    twin.style[name] = style[name];
  }
  Object.assign(twin.style, {
    position: 'absolute', visibility: 'hidden', whiteSpace: 'pre-wrap', overflowWrap: 'break-word', inlineSize: `${area.offsetWidth}px`, insetBlockStart: 0,
  });
  const mark = make('span', {}, '​');
  twin.append(mark);
  document.body.append(twin);
  const box = area.getBoundingClientRect();
  const place = {
    left: box.left + mark.offsetLeft,
    top: box.top + mark.offsetTop - area.scrollTop,
    height: mark.offsetHeight,
  };
  twin.remove();
  return place;
};

/* A listbox in the top layer whose options are chosen from `field`, which keeps the focus. */
const listbox = (field, label, signal, choose, host = field) => {
  const list = make('ul', { id: parvis.id(), role: 'listbox', className: 'picker', popover: 'manual', 'aria-label': label, 'data-made': '' });
  host.after(list);
  let items = [];
  let here = -1;
  const move = (to) => {
    here = to;
    [...list.children].forEach((option, index) => option.setAttribute('aria-selected', index === here));
    const option = list.children[here];
    if (option) { field.setAttribute('aria-activedescendant', option.id); option.scrollIntoView({ block: 'nearest' }); } else field.removeAttribute('aria-activedescendant');
  };
  const close = () => {
    if (!items.length) return;
    items = [];
    list.hidePopover?.();
    list.replaceChildren();
    move(-1);
    field.removeAttribute('aria-controls');
    if (field.role === 'combobox') field.ariaExpanded = 'false';
  };
  const pick = (index) => { const item = items[index]; close(); choose(item); };
  const open = (found, draw, place, first = 0) => {
    if (!found.length) { close(); return; }
    const fresh = !items.length;
    items = found;
    list.replaceChildren(...found.map((item) => make('li', { id: parvis.id(), role: 'option' }, ...draw(item))));
    if (fresh) list.showPopover?.();
    field.setAttribute('aria-controls', list.id);
    if (field.role === 'combobox') field.ariaExpanded = 'true';
    move(first);
    const { offsetWidth: width, offsetHeight: height } = list;
    const below = place.top + place.height + height < innerHeight;
    Object.assign(list.style, {
      position: 'fixed', margin: 0, inset: 'auto', left: `${Math.max(8, Math.min(place.left, innerWidth - width - 8))}px`, top: `${below ? place.top + place.height + 4 : Math.max(8, place.top - height - 4)}px`,
    });
    parvis.announce(parvis.count('suggestions', found.length));
  };
  on(list, 'mousedown', (event) => event.preventDefault(), signal);
  on(list, 'click', (event) => {
    const index = [...list.children].indexOf(event.target.closest('li'));
    if (index >= 0) pick(index);
  }, signal);
  on(field, 'keydown', (event) => {
    if (!items.length || event.isComposing) return;
    const size = items.length;
    if (event.key === 'ArrowDown') move((here + 1) % size);
    else if (event.key === 'ArrowUp') move((here + size - 1 + (here < 0)) % size);
    else if (event.key === 'Escape') { close(); event.stopPropagation(); } else if ((event.key === 'Enter' || event.key === 'Tab') && here >= 0 && !event.ctrlKey && !event.metaKey) pick(here);
    else return;
    event.preventDefault();
  }, signal, { capture: true });
  on(field, 'blur', close, signal);
  return { open, close, get isOpen() { return items.length > 0; } };
};

const drawPerson = (person) => [
  make('b', {}, person.name), ' ', make('small', {}, person.detail || ''),
  ...(person.can_see === false ? [' ', make('em', {}, t('cannot_see_short'))] : []),
];

const drawTag = (tag) => [make('b', {}, `#${tag.name}`), ' ', make('small', {}, tag.detail || '')];

/* Suggestions in `area`. `people`, `tags`: addresses; `extra()`: more query values; `picked(person)` is told. */
const suggest = (area, { people, tags, extra = () => ({}), picked = () => {}, signal }) => {
  let start;
  let turn = 0;
  const box = listbox(area, t('suggestions_label'), signal, (item) => {
    const text = item.id && people && area.value[start] === '@'
      ? `@[${item.name.replace(/[\\[\]]/g, '')}](person:${item.id}) ` : `#${item.name} `;
    parvis.markdown.replace(area, start, area.selectionEnd, text);
    if (text[0] === '@') picked(item);
  });
  area.setAttribute('aria-autocomplete', 'list');
  const look = parvis.pause(async () => {
    const mine = turn;
    const before = area.value.slice(0, area.selectionEnd);
    const found = area.selectionStart === area.selectionEnd && asked.exec(before);
    const url = found && (found[1] ? people : tags);
    if (!url || inCode(before)) { box.close(); return; }
    const q = found[1] ? found[2] : found[4];
    try {
      const items = await parvis.json(parvis.address(url, { ...extra(), q }), { signal });
      if (mine !== turn || document.activeElement !== area) return;
      start = before.length - q.length - 1;
      box.open(items.slice(0, 8), found[1] ? drawPerson : drawTag, caret(area, start));
    } catch { box.close(); } // no suggestion is no obstacle to writing
  }, 150);
  on(area, 'input click', () => { turn += 1; look(); }, signal);
  on(area, 'keyup', (event) => {
    if (/^(Arrow(Left|Right)|Home|End|Page)/.test(event.key)) { turn += 1; box.close(); }
  }, signal);
};

Object.assign(parvis, { listbox, suggest, asked, drawPerson, drawTag });
