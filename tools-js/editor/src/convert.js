/* Markdown to the editor's document and back; a text that would not come back the same is refused. */
import { MarkdownParser, MarkdownSerializer } from 'prosemirror-markdown';
import { grammar, trimAddress } from './grammar.js';

const isTight = (tokens, index) => {
  for (let i = index + 1; i < tokens.length; i += 1) if (tokens[i].type !== 'list_item_open') return tokens[i].hidden;
  return false;
};
const align = (token) => ({ align: /text-align:(\w+)/.exec(token.attrGet('style') || '')?.[1] ?? null });

const reading = {
  paragraph: { block: 'paragraph' },
  heading: { block: 'heading', getAttrs: (token) => ({ level: Number(token.tag[1]) }) },
  blockquote: { block: 'blockquote' },
  bullet_list: { block: 'bulletList', getAttrs: (_, tokens, i) => ({ tight: isTight(tokens, i) }) },
  ordered_list: { block: 'orderedList', getAttrs: (token, tokens, i) => ({ start: Number(token.attrGet('start') ?? 1), tight: isTight(tokens, i) }) },
  list_item: { block: 'listItem', getAttrs: (token) => ({ checked: { task: false, 'task is-done': true }[token.attrGet('class')] ?? null }) },
  code_block: { block: 'codeBlock', noCloseToken: true },
  fence: { block: 'codeBlock', getAttrs: (token) => ({ language: token.info.trim() || null }), noCloseToken: true },
  hr: { node: 'horizontalRule' },
  image: { node: 'image', getAttrs: (token) => ({ src: token.attrGet('src'), title: token.attrGet('title') || null, alt: token.children.map((one) => one.content || '').join('') }) },
  hardbreak: { node: 'hardBreak' },
  softbreak: { node: 'hardBreak' },
  mention: { node: 'mention', getAttrs: (token) => ({ id: token.meta, label: token.content }) },
  em: { mark: 'italic' },
  strong: { mark: 'bold' },
  s: { mark: 'strike' },
  link: { mark: 'link', getAttrs: (token) => ({ href: token.attrGet('href'), title: token.attrGet('title') || null, bare: token.markup === 'bare' }) },
  code_inline: { mark: 'code', noCloseToken: true },
  table: { block: 'table' },
  thead: { ignore: true },
  tbody: { ignore: true },
  tr: { block: 'tableRow' },
  th: { block: 'tableHeader', getAttrs: align },
  td: { block: 'tableCell', getAttrs: align },
};

/* A cell holds one paragraph; the grammar's cells hold their words directly. */
const wrapCells = (tokens) => tokens.flatMap((token) => {
  if (!/^t[hd]_(open|close)$/.test(token.type)) return [token];
  const paragraph = Object.assign(Object.create(Object.getPrototypeOf(token)), token, { type: token.type.endsWith('open') ? 'paragraph_open' : 'paragraph_close', tag: 'p' });
  return token.type.endsWith('open') ? [token, paragraph] : [paragraph, token];
});

const URL_IN_TEXT = /https?:\/\/[^\s<>[\]\\`"«»“”|]{3,2000}/giu;

const escapeWords = (text) => text
  .replace(/[`*\\~[\]_]/g, (sign, i, all) => (sign === '_' && /\w/.test(all[i - 1] ?? '') && /\w/.test(all[i + 1] ?? '') ? sign : `\\${sign}`))
  .replace(/&(?=#?\w+;)|<(?=[a-zA-Z])/g, '\\$&');

/* What would begin a block at the start of a line. */
const escapeStart = (text) => text
  .replace(/^[ \t]+/, '')
  .replace(/^(?:[-+](?=\s|$)|[->:|=]|#{1,6}(?=\s|$))/, '\\$&')
  .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2');

const escapeText = (text, atStart) => {
  let out = '';
  let last = 0;
  for (const found of text.matchAll(URL_IN_TEXT)) {
    const url = trimAddress(found[0]);
    out += escapeWords(text.slice(last, found.index)) + url;
    last = found.index + url.length;
  }
  out += escapeWords(text.slice(last));
  return atStart ? escapeStart(out) : out;
};

const longest = (text, sign) => Math.max(0, ...[...text.matchAll(new RegExp(`${sign}+`, 'g'))].map(([run]) => run.length));

/* Two lists of a kind side by side need two signs, or they'd be one. */
const turn = (node, parent, index) => {
  let before = 0;
  while (index - before > 0 && parent.child(index - before - 1).type === node.type) before += 1;
  return before % 2;
};

const balanced = (text) => !/[()]/.test(text.replace(/\([^()]*\)/g, ''));
const target = (href) => (/[\s<>]/.test(href) ? `<${href.replace(/[<>]/g, '\\$&')}>` : balanced(href) ? href : href.replace(/[()\\]/g, '\\$&'));
const title = (text) => (text ? ` "${text.replace(/["\\]/g, '\\$&')}"` : '');
const ticks = (node, side) => {
  const size = node?.isText ? longest(node.text, '`') : 0;
  const fence = '`'.repeat(size + 1);
  const blank = node?.isText && (/^`|`$/.test(node.text) || (/^ .* $/.test(node.text) && node.text.trim())) ? ' ' : '';
  return side < 0 ? fence + blank : blank + fence;
};

const blocks = {
  paragraph(state, node) { state.renderInline(node); state.closeBlock(node); },
  heading(state, node) {
    state.write(`${'#'.repeat(node.attrs.level)} `);
    state.renderInline(node, false);
    state.out = state.out.replace(/(^|\s)(#+)$/, '$1\\$2');
    state.closeBlock(node);
  },
  blockquote(state, node) { state.wrapBlock('> ', null, node, () => state.renderContent(node)); },
  codeBlock(state, node) {
    const info = node.attrs.language || '';
    const sign = info.includes('`') ? '~' : '`';
    const fence = sign.repeat(Math.max(3, longest(node.textContent, sign) + 1));
    state.write(`${fence}${info}\n`);
    state.text(node.textContent, false);
    state.write(node.textContent ? '\n' : '');
    state.write(fence);
    state.closeBlock(node);
  },
  horizontalRule(state, node) { state.write('---'); state.closeBlock(node); },
  bulletList(state, node, parent, index) { state.renderList(node, '  ', () => `${'-*'[turn(node, parent, index)]} `); },
  orderedList(state, node, parent, index) {
    const { start } = node.attrs;
    const width = String(start + node.childCount - 1).length + 2;
    const sign = '.)'[turn(node, parent, index)];
    state.renderList(node, ' '.repeat(width), (i) => `${start + i}${sign} `);
  },
  listItem(state, node) {
    if (node.attrs.checked !== null) state.write(node.attrs.checked ? '[x] ' : '[ ] ');
    state.renderContent(node);
  },
  table(state, node) {
    const rows = [];
    node.forEach((row) => {
      const cells = [];
      row.forEach((cell) => {
        const apart = new state.constructor(state.nodes, state.marks, state.options);
        apart.inCell = true;
        apart.renderInline(cell.firstChild ?? cell, false);
        cells.push(apart.out.replace(/\n/g, ' ').replace(/\|/g, '\\|').trim());
      });
      rows.push(cells);
    });
    const size = Math.max(...rows.map((row) => row.length));
    const line = (cells) => `| ${Array.from({ length: size }, (_, i) => cells[i] ?? '').join(' | ')} |`;
    const rule = Array.from({ length: size }, (_, i) => ({ left: ':---', right: '---:', center: ':---:' }[node.firstChild.maybeChild(i)?.attrs.align] ?? '---'));
    [rows[0], rule, ...rows.slice(1)].forEach((cells, i) => { if (i) state.ensureNewLine(); state.write(line(cells)); });
    state.closeBlock(node);
  },
  hardBreak(state, node, parent, index) {
    if (parent.type.name === 'heading' || state.inCell) { state.write(' '); return; }
    // The house shows every line end: no backslash is needed. One at the end would mean nothing.
    for (let i = index + 1; i < parent.childCount; i += 1) if (parent.child(i).type !== node.type) { state.write('\n'); return; }
  },
  image(state, node) { state.write(`![${escapeWords(node.attrs.alt || '')}](${target(node.attrs.src)}${title(node.attrs.title)})`); },
  mention(state, node) { state.write(`@[${node.attrs.label.replace(/[[\]\\\n]/g, '')}](person:${node.attrs.id})`); },
  text(state, node) {
    if (state.inAutolink) { state.text(node.text, false); return; }
    const atStart = state.atBlockStart || (state.atBlank() && !state.inCell);
    state.write();
    state.out += escapeText(node.text, atStart);
  },
};

const emphasis = (sign) => ({ open: sign, close: sign, mixable: true, expelEnclosingWhitespace: true });
const marks = {
  bold: emphasis('**'),
  italic: emphasis('*'),
  strike: emphasis('~~'),
  code: { open: (_, mark, parent, i) => ticks(parent.child(i), -1), close: (_, mark, parent, i) => ticks(parent.child(i - 1), 1), escape: false },
  link: {
    open(state, mark, parent, index) {
      const child = parent.child(index);
      const next = index + 1 < parent.childCount ? parent.child(index + 1) : null;
      const alone = child.isText && !mark.attrs.title && child.marks.at(-1) === mark && !(next && mark.isInSet(next.marks));
      const after = next?.isText ? next.text[0] : next && next.type.name !== 'hardBreak' ? 'x' : ' ';
      state.inAutolink = !alone ? undefined
        : mark.attrs.bare && /[\s<>)\].,;:!?]/.test(after) && state.same(child.text, mark.attrs.href) && trimAddress(child.text + (after.trim() ? after : '')) === child.text ? 'bare'
          : child.text === mark.attrs.href && /^\w[\w+.-]+:[^\s<>]+$/.test(child.text) ? 'angle' : undefined;
      return { bare: '', angle: '<' }[state.inAutolink] ?? '[';
    },
    close(state, mark) {
      const way = state.inAutolink;
      state.inAutolink = undefined;
      return { bare: '', angle: '>' }[way] ?? `](${target(mark.attrs.href)}${title(mark.attrs.title)})`;
    },
    mixable: true,
  },
};

/* What a reader sees: the order in which bold, a link and the like enclose each other is not part of it. */
const INLINE = new Set(['STRONG', 'EM', 'S', 'A', 'CODE']);
const seen = (html) => {
  const out = [];
  let last = '';
  const walk = (node, around) => {
    for (const child of node.childNodes) {
      if (child.nodeType === 3) {
        const kind = [...around].sort().join();
        const text = node.nodeName === 'CODE' && node.parentNode.nodeName === 'PRE' ? child.data.replace(/\n$/, '') : child.data;
        out.push(kind === last ? text : `{${kind}}${text}`);
        last = kind;
      } else if (child.nodeType === 1) {
        const sign = [child.nodeName, ...[...child.attributes].map(({ name, value }) => `${name}=${value}`)].join(' ');
        if (INLINE.has(child.nodeName) && child.parentNode.nodeName !== 'PRE') walk(child, [...around, sign]);
        else { out.push(`<${sign}>`); last = ''; walk(child, around); out.push('</>'); last = ''; }
      }
    }
  };
  walk(new DOMParser().parseFromString(html, 'text/html').body, []);
  return out.join('');
};

/* Converter for one editor's schema. */
export const converter = (schema) => {
  const md = grammar();
  const parser = new MarkdownParser(schema, { parse: (text, env) => wrapCells(md.parse(text, env)) }, reading);
  // Kept as words: `#paie` is a tag wherever it stands.
  parser.tokenHandlers.tag = (state, token) => state.addText(`#${token.content}`);
  const options = { hardBreakNodeName: 'hardBreak', tightLists: true };
  const same = (text, href) => md.normalizeLink(text) === href;

  const write = (doc) => {
    // `same` reaches the link rule through the state, which only the serializer makes.
    let first = true;
    const nodes = new Proxy(blocks, { get: (all, name) => all[name] && ((state, ...rest) => { if (first) { Object.getPrototypeOf(state).same = same; first = false; } return all[name](state, ...rest); }) });
    return new MarkdownSerializer(nodes, marks, options).serialize(doc).replace(/\s+$/, '');
  };

  const read = (text) => parser.parse(text);
  const html = (text) => seen(md.render(text));

  /* Source of each block of `text`, or null where blocks and source don't pair. */
  const sources = (text, doc) => {
    const lines = text.split('\n');
    const found = md.parse(text, {}).filter((token) => token.level === 0 && token.map && token.nesting >= 0)
      .map(({ map: [from, to] }) => lines.slice(from, to).join('\n').replace(/\s+$/, ''));
    return found.length === doc.childCount ? found : null;
  };

  /* {doc, toMarkdown(doc)} or null when the text can't be held exactly. */
  const open = (text) => {
    const env = {};
    md.parse(text, env);
    if (Object.keys(env.references ?? {}).length) return null;
    let doc;
    let again;
    try {
      doc = read(text);
      again = write(doc);
      if (html(again) !== html(text) || !read(again).eq(doc)) return null;
    } catch { return null; }
    // Blocks that were not touched keep their own source, to the letter.
    const own = new WeakMap();
    sources(text, doc)?.forEach((source, i) => own.set(doc.child(i), source));
    const toMarkdown = (now) => {
      if (now.eq(doc)) return text;
      const whole = write(now);
      const parts = [];
      now.forEach((block) => { const part = own.get(block) ?? write(schema.topNodeType.create(null, block)); if (part) parts.push(part); });
      const joined = parts.join('\n\n');
      return html(joined) === html(whole) ? joined : whole;
    };
    return { doc, toMarkdown, again };
  };

  return { open, write, read };
};
