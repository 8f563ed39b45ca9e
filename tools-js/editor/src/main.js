/* window.parvisEditor: a rich editor over a textarea that goes on holding the Markdown. Loaded by the composer on demand. */
import { Editor } from '@tiptap/core';
import { Fragment, Slice } from '@tiptap/pm/model';
import { TextSelection } from '@tiptap/pm/state';
import * as model from '@tiptap/pm/model';
import * as state from '@tiptap/pm/state';
import * as view from '@tiptap/pm/view';
import { addColumnAfter, addRowAfter, deleteColumn, deleteRow, deleteTable } from '@tiptap/pm/tables';
import { converter } from './convert.js';
import { extensions } from './schema.js';

const { parvis } = window;

const table = (schema) => {
  const cell = (type) => schema.nodes[type].createAndFill();
  const row = (type) => schema.nodes.tableRow.create(null, [cell(type), cell(type), cell(type)]);
  return schema.nodes.table.create(null, [row('tableHeader'), row('tableCell'), row('tableCell')]);
};

/* Turns the items around the selection into tasks, or back; one step of the history. */
const tasks = (editor) => {
  const chain = editor.chain().focus();
  if (!editor.isActive('bulletList') && !editor.isActive('orderedList')) chain.toggleBulletList();
  chain.command(({ tr }) => {
    const { from, to } = tr.selection;
    const items = [];
    tr.doc.nodesBetween(from, to, (node, pos) => {
      // An item is meant when its own line is touched, not only a list inside it.
      if (node.type.name === 'listItem' && pos + 1 + node.firstChild.nodeSize > from) items.push([node, pos]);
    });
    const checked = items.some(([node]) => node.attrs.checked === null) ? false : null;
    items.forEach(([, pos]) => tr.setNodeAttribute(pos, 'checked', checked));
    return true;
  }).run();
};

const acts = {
  bold: (chain) => chain.toggleBold(),
  italic: (chain) => chain.toggleItalic(),
  strike: (chain) => chain.toggleStrike(),
  code: (chain, editor) => (editor.state.selection.$from.sameParent(editor.state.selection.$to) && !editor.isActive('codeBlock') ? chain.toggleCode() : chain.toggleCodeBlock()),
  codeblock: (chain) => chain.toggleCodeBlock(),
  heading: (chain, editor) => (editor.isActive('heading', { level: 2 }) ? chain.setHeading({ level: 3 })
    : editor.isActive('heading') ? chain.setParagraph() : chain.setHeading({ level: 2 })),
  list: (chain) => chain.toggleBulletList(),
  numbers: (chain) => chain.toggleOrderedList(),
  quote: (chain) => chain.toggleBlockquote(),
  rule: (chain) => chain.setHorizontalRule(),
  table: (chain, editor) => (editor.isActive('table') ? chain : chain.command(({ tr }) => {
    const first = tr.selection.from + 1;
    tr.replaceSelectionWith(table(editor.schema)).scrollIntoView();
    tr.setSelection(TextSelection.near(tr.doc.resolve(first)));
    return true;
  })),
  undo: (chain) => chain.undo(),
  redo: (chain) => chain.redo(),
};
const inTable = { row_add: addRowAfter, row_remove: deleteRow, column_add: addColumnAfter, column_remove: deleteColumn, table_remove: deleteTable };
const active = {
  bold: 'bold', italic: 'italic', strike: 'strike', code: 'code', codeblock: 'codeBlock', heading: 'heading', list: 'bulletList', numbers: 'orderedList', quote: 'blockquote', link: 'link', table: 'table',
};

/* Asks for an address in a small dialog; '' removes the link, null gives up. */
const askAddress = (words, value, host) => new Promise((resolve) => {
  const field = parvis.make('input', { type: 'text', inputMode: 'url', name: 'href', value, autocomplete: 'off' });
  const dialog = parvis.make('dialog', { className: 'dialog', ariaLabel: words('ed_link_address'), 'data-made': '' },
    parvis.make('form', { method: 'dialog' },
      parvis.make('label', {}, words('ed_link_address'), ' ', field),
      parvis.make('div', { className: 'actions' },
        parvis.make('button', { value: 'yes', className: 'button primary' }, words('ed_apply')),
        ...(value ? [parvis.make('button', { value: 'no', className: 'button' }, words('ed_link_remove'))] : []),
        parvis.make('button', { value: '', className: 'button quiet' }, words('cancel')))));
  dialog.addEventListener('close', () => {
    dialog.remove();
    resolve({ yes: field.value.trim(), no: '' }[dialog.returnValue] ?? null);
  });
  host.append(dialog);
  dialog.showModal();
  field.select();
});

/*
 * Opens the editor in `host` over `area`. Returns null when the text can't be held exactly.
 * `people`, `tags`: addresses; `extra()`: their further values; `picked(person)`, `take(files)` as the composer's.
 */
const open = ({ area, host, words = parvis.t, label = '', people, tags, extra, picked, take, toolbar, signal, together }) => {
  const link = async () => {
    const chosen = await askAddress(words, editor.getAttributes('link').href ?? '', document.body);
    editor.commands.focus();
    if (chosen === null) return;
    const chain = editor.chain().focus().extendMarkRange('link');
    if (!chosen) { chain.unsetMark('link').run(); return; }
    const href = /^(https?:|mailto:|tel:|\/)/i.test(chosen) ? chosen : chosen.includes('@') ? `mailto:${chosen}` : `https://${chosen}`;
    if (editor.state.selection.empty && !editor.isActive('link')) chain.insertContent({ type: 'text', text: chosen, marks: [{ type: 'link', attrs: { href } }] }).run();
    else chain.setMark('link', { href, bare: false }).run();
  };

  const editor = new Editor({
    element: null,
    injectCSS: false,
    extensions: extensions({ placeholder: area.placeholder, words, link, together, toolbar: () => toolbar?.querySelector('[tabindex="0"]')?.focus() }),
    editorProps: {
      attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-label': label, class: 'editor-text prose' },
      // The page's policy refuses style attributes, also in what is pasted.
      transformPastedHTML: (html) => html.replace(/\sstyle\s*=\s*("[^"]*"|'[^']*')/gi, '').replace(/<style[\s>][^]*?<\/style>/gi, ''),
      handlePaste: (view, event) => {
        const { files, types } = event.clipboardData;
        if (!files.length || types.includes('text/plain')) return false;
        take?.([...files]);
        return true;
      },
    },
  });
  const conversion = converter(editor.schema);
  // A shared text isn't the textarea's: nothing is read from there, nor written into it until the end.
  let opened = together ? { toMarkdown: conversion.write } : conversion.open(area.value);
  if (!opened) { editor.destroy(); return null; }

  const show = () => {
    // The text as opened can't be undone: the history begins here.
    const { state } = editor;
    editor.view.updateState(state.constructor.create({ doc: opened.doc, plugins: state.plugins }));
  };
  editor.mount(host);
  if (!together) show();

  let written = area.value;
  const flush = () => {
    later.stop();
    if (together) return;
    const text = opened.toMarkdown(editor.state.doc);
    if (text === area.value) return;
    area.value = text;
    written = text;
    area.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const later = parvis.pause(flush, 300);
  editor.on('update', later);

  const onTask = () => {
    const { from, to } = editor.state.selection;
    let found = false;
    editor.state.doc.nodesBetween(from, to, (node) => { found ||= node.type.name === 'listItem' && node.attrs.checked !== null; });
    return found;
  };
  const fit = () => {
    for (const button of toolbar?.querySelectorAll('[data-md]') ?? []) {
      const name = active[button.dataset.md];
      if (name) button.ariaPressed = String(editor.isActive(name));
      else if (button.dataset.md === 'tasks') button.ariaPressed = String(onTask());
      if (button.dataset.md in inTable) button.hidden = !editor.isActive('table');
    }
  };
  editor.on('transaction', fit);
  fit();

  const act = (name) => {
    if (name === 'link') link();
    else if (name === 'tasks') tasks(editor);
    else if (together && (name === 'undo' || name === 'redo')) { together[name](editor.state); editor.commands.focus(); }
    else if (name in inTable) { inTable[name](editor.state, editor.view.dispatch); editor.commands.focus(); } else acts[name]?.(editor.chain().focus(), editor).run();
  };

  /* People and tags, with the same list as in Markdown. */
  let start = 0;
  let turn = 0;
  const box = parvis.listbox(editor.view.dom, words('suggestions_label'), signal, (item) => {
    const { from } = editor.state.selection;
    const sign = editor.state.doc.textBetween(start, start + 1);
    editor.chain().focus().insertContentAt({ from: start, to: from }, sign === '@'
      ? [{ type: 'mention', attrs: { id: item.id, label: item.name.replace(/[\\[\]]/g, '') } }, { type: 'text', text: ' ' }]
      : [{ type: 'text', text: `#${item.name} ` }]).run();
    if (sign === '@') picked?.(item);
  }, host);
  const look = parvis.pause(async () => {
    const mine = turn;
    const { $from, empty } = editor.state.selection;
    const before = $from.parent.textBetween(0, $from.parentOffset, '\n', '\ufffc');
    const found = empty && !editor.isActive('code') && !editor.isActive('codeBlock') && parvis.asked.exec(before);
    const url = found && (found[1] ? people : tags);
    if (!url) { box.close(); return; }
    const q = found[1] ? found[2] : found[4];
    const items = await parvis.json(parvis.address(url, { ...extra?.(), q }), { signal }).catch(() => []);
    if (mine !== turn || !editor.view.hasFocus()) return;
    start = $from.pos - q.length - 1;
    const at = editor.view.coordsAtPos(start);
    box.open(items.slice(0, 8), found[1] ? parvis.drawPerson : parvis.drawTag, { left: at.left, top: at.top, height: at.bottom - at.top });
  }, 150);
  editor.on('update', () => { turn += 1; look(); });
  editor.on('selectionUpdate', () => { if (box.isOpen) { turn += 1; look(); } });

  return {
    act,
    flush,
    /* What a shared text says now, as Markdown. */
    markdown: () => conversion.write(editor.state.doc),
    readOnly() { editor.setEditable(false); },
    focus: () => editor.commands.focus(),
    /* Markdown put where the caret is. */
    insert(text) {
      const doc = conversion.read(text);
      const alone = doc.childCount === 1 && doc.firstChild.isTextblock;
      const slice = alone ? new Slice(doc.firstChild.content.append(/\s$/.test(text) ? Fragment.from(editor.schema.text(' ')) : Fragment.empty), 0, 0) : new Slice(doc.content, 0, 0);
      editor.view.dispatch(editor.state.tr.replaceSelection(slice).scrollIntoView());
      editor.commands.focus();
    },
    /* The textarea was filled by something else (a draft): shown, or false when it can't be. */
    reload() {
      if (area.value === written) return true;
      const next = conversion.open(area.value);
      if (!next) return false;
      opened = next;
      written = area.value;
      show();
      return true;
    },
    close() { flush(); editor.destroy(); },
  };
};

/* For the tests: what a text becomes, without a page. */
const check = (text) => {
  const editor = new Editor({ element: null, injectCSS: false, extensions: extensions({ placeholder: '', words: (key) => key }) });
  const conversion = converter(editor.schema);
  const opened = conversion.open(text);
  const result = opened && { again: opened.again, twice: conversion.open(opened.again)?.again ?? null, untouched: opened.toMarkdown(opened.doc) };
  editor.destroy();
  return result;
};

/* What together.js is built upon: the very same classes, or nothing would fit. */
window.parvisEditor = { open, check, parts: { 'prosemirror-model': model, 'prosemirror-state': state, 'prosemirror-view': view } };
