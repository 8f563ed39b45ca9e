/* Markdown typing aids on a plain textarea: the toolbar's acts, lists that go on, links pasted. */
const { parvis } = window;

/* Replaces [start, end) and selects [from, to), keeping the browser's undo. */
const replace = (area, start, end, text, from = start + text.length, to = from) => {
  area.focus();
  area.setSelectionRange(start, end);
  const done = text ? document.execCommand('insertText', false, text) : document.execCommand('delete');
  if (!done && area.value.slice(start, end) !== text) {
    area.setRangeText(text, start, end, 'end');
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }
  area.setSelectionRange(from, to);
};

const wrap = (area, mark, sample) => {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const size = mark.length;
  const text = value.slice(start, end);
  // '*' inside '**' is bold, not italic: look one further.
  const marked = (before, after) => before.endsWith(mark) && after.startsWith(mark)
    && !(size === 1 && (before.endsWith(mark + mark) || after.startsWith(mark + mark)));
  if (text && marked(value.slice(0, start), value.slice(end))) {
    replace(area, start - size, end + size, text, start - size, end - size);
    return;
  }
  // Marks must touch the words: "** a**" is not bold.
  const [, lead, words, tail] = /^(\s*)([^]*?)(\s*)$/.exec(text);
  const inner = words || sample;
  const from = start + lead.length + size;
  replace(area, start, end, lead + mark + inner + mark + tail, from, from + inner.length);
};

const eachLine = (area, change) => {
  const { value, selectionStart, selectionEnd } = area;
  const start = value.lastIndexOf('\n', selectionStart - 1) + 1;
  let end = value.indexOf('\n', selectionEnd);
  if (end < 0) end = value.length;
  const lines = value.slice(start, end).split('\n');
  const text = change(lines).join('\n');
  if (lines.length > 1) replace(area, start, end, text, start, start + text.length);
  else replace(area, start, end, text);
};

const bullet = /^(\s*)(?:[-*+] \[[ x]\] |[-*+] |\d+[.)] )/;
const prefix = (area, pattern, mark) => eachLine(area, (lines) => {
  const all = lines.every((line) => pattern.test(line));
  return lines.map((line, index) => (all
    ? line.replace(pattern, '$1')
    : line.replace(bullet, '$1').replace(/^(\s*)/, (space) => space + mark(index))));
});

const acts = {
  bold: (area) => wrap(area, '**', parvis.t('bold_text')),
  italic: (area) => wrap(area, '*', parvis.t('italic_text')),
  strike: (area) => wrap(area, '~~', parvis.t('strike_text')),
  list: (area) => prefix(area, /^(\s*)[-*+] (?!\[)/, () => '- '),
  numbers: (area) => prefix(area, /^(\s*)\d+[.)] /, (index) => `${index + 1}. `),
  tasks: (area) => prefix(area, /^(\s*)[-*+] \[[ x]\] /, () => '- [ ] '),
  quote: (area) => eachLine(area, (lines) => (lines.every((line) => line.startsWith('>'))
    ? lines.map((line) => line.replace(/^> ?/, '')) : lines.map((line) => `> ${line}`))),
  heading: (area) => eachLine(area, (lines) => lines.map((line) => {
    const [, marks = '', text] = /^(#{1,6} )?(.*)$/.exec(line);
    return ({ '': '## ', '## ': '### ' }[marks] ?? '') + text;
  })),
  code: (area) => {
    const { selectionStart: start, selectionEnd: end, value } = area;
    const text = value.slice(start, end);
    if (!text.includes('\n')) { wrap(area, '`', parvis.t('code_text')); return; }
    const fence = text.includes('```') ? '````' : '```';
    replace(area, start, end, `${fence}\n${text.replace(/\n$/, '')}\n${fence}`);
  },
  link: (area) => {
    const { selectionStart: start, selectionEnd: end, value } = area;
    const text = value.slice(start, end);
    if (/^https?:\/\/\S+$/.test(text)) {
      replace(area, start, end, `[](${text})`, start + 1);
    } else {
      const words = text || parvis.t('link_text');
      const from = start + words.length + 3;
      replace(area, start, end, `[${words}](https://)`, from, from + 8);
    }
  },
};

/* Enter goes on with a list or a quote; on an empty item it ends it. */
const goOn = (area, event) => {
  const { selectionStart: at, selectionEnd: end, value } = area;
  if (at !== end || event.shiftKey || event.isComposing) return;
  const start = value.lastIndexOf('\n', at - 1) + 1;
  const line = value.slice(start, at);
  const mark = /^\s*(?:[-*+] \[[ x]\] |[-*+] |\d+[.)] |> )/.exec(line)?.[0];
  if (!mark) return;
  event.preventDefault();
  if (line === mark) { replace(area, start, at, ''); return; }
  const next = mark.replace(/\d+/, (n) => Number(n) + 1).replace('[x]', '[ ]');
  replace(area, at, at, `\n${next}`);
};

const escape = (text) => text.replace(/[\\[\]]/g, '\\$&');

/* Typing aids on `area`; `bar` is the toolbar, shown only now that it works. */
const assist = (area, bar, signal) => {
  const keys = { b: 'bold', i: 'italic', k: 'link' };
  parvis.on(area, 'keydown', (event) => {
    if (event.defaultPrevented) return;
    const act = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && keys[event.key];
    if (act) { event.preventDefault(); acts[act](area); } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) goOn(area, event);
  }, signal);
  parvis.on(area, 'paste', (event) => {
    const text = event.clipboardData.getData('text/plain').trim();
    const { selectionStart: start, selectionEnd: end, value } = area;
    if (start === end || !/^https?:\/\/\S+$/.test(text) || value.slice(start, end).includes('\n')) return;
    event.preventDefault();
    replace(area, start, end, `[${value.slice(start, end)}](${text})`);
  }, signal);
  if (!bar) return;
  bar.hidden = false;
  parvis.on(bar, 'click', (event) => {
    const name = event.target.closest('[data-md]')?.dataset.md;
    const { rich } = bar.closest('x-composer') ?? {};
    if (rich && name) rich.act(name); else acts[name]?.(area);
  }, signal);
  rove(bar, signal);
};

/* One stop for Tab, arrows inside: the keyboard contract of role=toolbar. */
const rove = (bar, signal) => {
  const stops = () => [...bar.querySelectorAll('button:not([hidden],[disabled])')];
  stops().forEach((stop, index) => { stop.tabIndex = index ? -1 : 0; });
  parvis.on(bar, 'keydown', (event) => {
    const all = stops();
    const here = all.indexOf(document.activeElement);
    const there = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (here < 0 || there === undefined) return;
    event.preventDefault();
    all.at(there % all.length).focus();
  }, signal);
  parvis.on(bar, 'focusin', (event) => {
    for (const stop of stops()) stop.tabIndex = stop === event.target ? 0 : -1;
  }, signal);
};

parvis.markdown = { replace, acts, assist, rove, escape };
