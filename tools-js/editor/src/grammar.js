/* The house's Markdown, as the server's rules read it: CommonMark without HTML, tables, strikethrough, mentions, tags, bare addresses, tasks. */
import MarkdownIt from 'markdown-it';

const MENTION = /@\[([^[\]\n]{0,200})\]\(person:([0-9a-z]{13})\)/y;
const TAG = /#([\p{L}\p{N}][\p{L}\p{N}_-]{0,80})/uy;
const ADDRESS = /:\/\/[^\s<>[\]\\`"«»“”|]{3,2000}/y;
const MAY_PRECEDE_TAG = new Set(' \t\n([{"\'*_~«“‘’,;!?…–—\u00a0\u202f');
const TASK = /^\[([ xX])\][ \t]+/;

const at = (pattern, text, position) => { pattern.lastIndex = position; return pattern.exec(text); };

export const trimAddress = (text) => {
  let end = text.length;
  const count = (sign) => text.split(sign).length - 1;
  let extra = count(')') - count('(');
  while (end) {
    const last = text[end - 1];
    if (last === ')' && extra > 0) extra -= 1;
    else if (!'.,;:!?\'*_~…’'.includes(last)) break;
    end -= 1;
  }
  return text.slice(0, end);
};

const mention = (state, silent) => {
  if (state.src[state.pos] !== '@' || state.linkLevel) return false;
  const found = at(MENTION, state.src, state.pos);
  if (!found) return false;
  if (!silent) {
    const token = state.push('mention', 'a', 0);
    [, token.content, token.meta] = found;
  }
  state.pos += found[0].length;
  return true;
};

const tag = (state, silent) => {
  const { src, pos } = state;
  if (src[pos] !== '#' || state.linkLevel || (pos && !MAY_PRECEDE_TAG.has(src[pos - 1]))) return false;
  const word = at(TAG, src, pos)?.[1].replace(/[-_]+$/, '') ?? '';
  if (!word || word.length > 50 || !/\p{L}/u.test(word)) return false;
  if (!silent) state.push('tag', 'a', 0).content = word;
  state.pos += 1 + word.length;
  return true;
};

const bareAddress = (state, silent) => {
  const { src, pos } = state;
  if (src[pos] !== ':' || state.linkLevel) return false;
  const scheme = /(?:^|[^\p{L}\p{N}])(https?)$/iu.exec(src.slice(Math.max(pos - 6, 0), pos))?.[1];
  const found = scheme && at(ADDRESS, src, pos);
  if (!found) return false;
  const rest = trimAddress(found[0]);
  const address = state.md.normalizeLink(scheme + rest);
  if (rest.length < 4 || !state.md.validateLink(address)) return false;
  if (!silent) {
    if (!state.pending.endsWith(scheme)) return false;
    state.pending = state.pending.slice(0, -scheme.length);
    const open = state.push('link_open', 'a', 1);
    open.attrs = [['href', address]];
    open.markup = 'bare';
    state.push('text', '', 0).content = scheme + rest;
    state.push('link_close', 'a', -1).markup = 'bare';
  }
  state.pos = pos + rest.length;
  return true;
};

/* Before escapes are joined to their text: `\[x]` is no task. */
const tasks = (state) => {
  state.tokens.forEach((token, index) => {
    const item = state.tokens[index - 2];
    const first = token.type === 'inline' && item?.type === 'list_item_open' && token.children[0];
    const found = first?.type === 'text' && TASK.exec(first.content);
    if (!found) return;
    item.attrSet('class', found[1] === ' ' ? 'task' : 'task is-done');
    first.content = first.content.slice(found[0].length);
  });
};

/* As the server judges: http, https or mailto with a real host and no user part, or a path of this site. */
const isSafeLink = (url) => {
  if (!url || url.length > 2000 || /[\s\u0000-\u001f\\<>]/.test(url)) return false;
  if (url.startsWith('/')) return !url.startsWith('//');
  if (/^mailto:/i.test(url)) return /^mailto:[^@\s]+@[^@\s]+$/i.test(url);
  try {
    const { protocol, username, password, hostname } = new URL(url);
    return /^https?:\/\//i.test(url) && /^https?:$/.test(protocol) && !username && !password && /[\p{L}\p{N}]/u.test(hostname);
  } catch { return false; }
};

export const grammar = () => {
  const md = new MarkdownIt('commonmark', { html: false, breaks: true, maxNesting: 40 });
  md.enable(['table', 'strikethrough']);
  md.validateLink = isSafeLink;
  md.inline.ruler.push('mention', mention);
  md.inline.ruler.push('tag', tag);
  md.inline.ruler.push('bare_address', bareAddress);
  md.core.ruler.before('text_join', 'tasks', tasks);
  const escape = md.utils.escapeHtml;
  md.renderer.rules.mention = (all, index) => `<a data-person="${all[index].meta}">@${escape(all[index].content)}</a>`;
  md.renderer.rules.tag = (all, index) => `<a class="tag">#${escape(all[index].content)}</a>`;
  // A fence and an indented block are the same to the reader.
  const code = (all, index) => `<pre><code>${escape(all[index].content)}</code></pre>\n`;
  md.renderer.rules.fence = code;
  md.renderer.rules.code_block = code;
  // No style attribute: the page's policy refuses them, even in a text that is only compared.
  for (const tag of ['th', 'td']) md.renderer.rules[`${tag}_open`] = (all, index) => `<${tag} class="${all[index].attrGet('style') ?? ''}">`;
  return md;
};
