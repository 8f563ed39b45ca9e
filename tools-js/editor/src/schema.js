/* What the rich editor can hold: exactly what the house's Markdown can say. */
import { Mark, Node, Extension, mergeAttributes } from '@tiptap/core';
import Blockquote from '@tiptap/extension-blockquote';
import Bold from '@tiptap/extension-bold';
import Code from '@tiptap/extension-code';
import CodeBlock from '@tiptap/extension-code-block';
import Document from '@tiptap/extension-document';
import HardBreak from '@tiptap/extension-hard-break';
import Heading from '@tiptap/extension-heading';
import HorizontalRule from '@tiptap/extension-horizontal-rule';
import Italic from '@tiptap/extension-italic';
import { BulletList, ListItem, ListKeymap, OrderedList } from '@tiptap/extension-list';
import Paragraph from '@tiptap/extension-paragraph';
import Strike from '@tiptap/extension-strike';
import Text from '@tiptap/extension-text';
import { Dropcursor, Gapcursor, Placeholder, UndoRedo } from '@tiptap/extensions';
import { goToNextCell, tableEditing } from '@tiptap/pm/tables';

const kept = (name, value) => ({ [name]: { default: value, rendered: false } });

const Link = Mark.create({
  name: 'link',
  priority: 1000,
  inclusive: false,
  addAttributes: () => ({ href: { default: '' }, title: { default: null }, ...kept('bare', false) }),
  parseHTML: () => [{
    tag: 'a[href]',
    getAttrs: (el) => (/^(https?:|mailto:|tel:|\/)/i.test(el.getAttribute('href')) ? null : false),
  }],
  renderHTML: ({ HTMLAttributes }) => ['a', mergeAttributes(HTMLAttributes, { rel: 'noopener nofollow' }), 0],
});

const Image = Node.create({
  name: 'image',
  group: 'inline',
  inline: true,
  draggable: true,
  addAttributes: () => ({ src: { default: '' }, alt: { default: '' }, title: { default: null } }),
  // Only pictures the house keeps: one from elsewhere would tell its server who reads.
  parseHTML: () => [{ tag: 'img[src^="/files/"]' }],
  renderHTML: ({ HTMLAttributes: given, node }) => (node.attrs.src.startsWith('/')
    ? ['img', given] : ['span', { class: 'chip' }, node.attrs.alt || node.attrs.src]),
});

const Mention = Node.create({
  name: 'mention',
  group: 'inline',
  inline: true,
  atom: true,
  addAttributes: () => ({ id: { default: '' }, label: { default: '' } }),
  parseHTML: () => [{
    tag: 'a.mention[data-person], span[data-person]',
    getAttrs: (el) => ({ id: el.dataset.person, label: el.textContent.replace(/^@/, '') }),
  }],
  renderHTML: ({ node }) => ['span', { class: 'mention', 'data-person': node.attrs.id }, `@${node.attrs.label}`],
  renderText: ({ node }) => `@${node.attrs.label}`,
});

/* An item may be a task: `checked` is null (no), false or true. */
const Item = ListItem.extend({
  addAttributes: () => kept('checked', null),
  addNodeView() {
    return ({ node, view, getPos }) => {
      const dom = document.createElement('li');
      let box;
      const contentDOM = document.createElement('div');
      const show = (checked) => {
        dom.className = checked === null ? '' : 'task';
        if (checked === null) { box?.remove(); box = undefined; return; }
        if (!box) {
          box = document.createElement('input');
          box.type = 'checkbox';
          box.contentEditable = 'false';
          box.ariaLabel = this.options.done;
          box.addEventListener('change', () => view.dispatch(view.state.tr.setNodeAttribute(getPos(), 'checked', box.checked)));
          dom.prepend(box);
        }
        box.checked = checked;
      };
      dom.append(contentDOM);
      show(node.attrs.checked);
      return {
        dom,
        contentDOM,
        update: (next) => { if (next.type !== node.type) return false; show(next.attrs.checked); return true; },
        stopEvent: (event) => event.target === box,
        ignoreMutation: (change) => change.type !== 'selection' && !contentDOM.contains(change.target),
      };
    };
  },
});

const tight = () => kept('tight', true);

const cell = (name, tag) => Node.create({
  name,
  content: 'paragraph',
  tableRole: name === 'tableHeader' ? 'header_cell' : 'cell',
  isolating: true,
  addAttributes: () => ({
    // prosemirror-tables asks for spans; Markdown has none.
    ...kept('colspan', 1), ...kept('rowspan', 1), ...kept('colwidth', null),
    align: { default: null, parseHTML: () => null, renderHTML: ({ align }) => (align ? { class: `align-${align}` } : {}) },
  }),
  parseHTML: () => [{ tag }],
  renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
});

const Table = Node.create({
  name: 'table',
  group: 'block',
  content: 'tableRow+',
  tableRole: 'table',
  isolating: true,
  parseHTML: () => [{ tag: 'table' }],
  renderHTML: () => ['table', ['tbody', 0]],
  extendNodeSchema: (extension) => ({ tableRole: extension.config.tableRole }),
  addProseMirrorPlugins: () => [tableEditing()],
  addKeyboardShortcuts() {
    const inTable = () => this.editor.isActive('table');
    const walk = (way) => () => inTable() && this.editor.commands.command(({ state, dispatch }) => goToNextCell(way)(state, dispatch));
    // A cell is one line: there is nothing a line break could become.
    return { Tab: walk(1), 'Shift-Tab': walk(-1), Enter: () => inTable() && (walk(1)() || true), 'Shift-Enter': inTable };
  },
});

const Row = Node.create({
  name: 'tableRow',
  content: '(tableHeader | tableCell)+',
  tableRole: 'row',
  parseHTML: () => [{ tag: 'tr' }],
  renderHTML: () => ['tr', 0],
});

/* Ctrl+K, and Escape or Alt+F10 to leave the text for the toolbar. */
const Keys = Extension.create({
  name: 'houseKeys',
  addOptions: () => ({ link: () => {}, toolbar: () => {} }),
  addKeyboardShortcuts() {
    return { 'Mod-k': () => { this.options.link(); return true; }, 'Alt-F10': () => { this.options.toolbar(); return true; } };
  },
});

/* The text belongs to several: what they type comes and goes by the plugins of together.js. */
const shared = (together) => Extension.create({
  name: 'together',
  priority: 1000,
  addProseMirrorPlugins: () => together.plugins(),
  addKeyboardShortcuts() {
    const run = (act) => () => { act(this.editor.state); return true; };
    return { 'Mod-z': run(together.undo), 'Mod-y': run(together.redo), 'Shift-Mod-z': run(together.redo) };
  },
});

export const extensions = ({ placeholder, words, link, toolbar, together }) => [
  Document, Paragraph, Text, Heading,
  Blockquote, HorizontalRule, CodeBlock.configure({ enableTabIndentation: false }),
  HardBreak,
  BulletList.extend({ addAttributes: tight }),
  OrderedList.extend({ addAttributes() { return { ...this.parent?.(), ...tight() }; } }),
  Item.extend({ addOptions() { return { ...this.parent?.(), done: words('ed_task_done') }; } }),
  ListKeymap,
  Table, Row, cell('tableHeader', 'th'), cell('tableCell', 'td'),
  Link, Bold, Italic, Strike,
  // Innermost: `**code**` in bold is two marks in Markdown too.
  Code.extend({ excludes: 'code', priority: 10 }),
  Image, Mention,
  // Together, each takes back what is their own: the shared text keeps its own history.
  ...(together ? [shared(together)] : [UndoRedo]),
  Dropcursor, Gapcursor, Placeholder.configure({ placeholder, emptyNodeClass: 'is-empty' }),
  Keys.configure({ link, toolbar }),
];
