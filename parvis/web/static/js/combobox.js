/* <x-combobox>: several people, communities or tags chosen by typing; the plain <select multiple> or field inside serves without script. */
const { parvis } = window;
const { on, t, element, make } = parvis;

/*
 * Around <select multiple data-url="…"> (values are ids) or <input data-url data-new> (values split by commas).
 * data-url: GET ?q= answers [{id, name, detail}]; without it the select's own options are searched.
 * data-new: what is typed may be added as it is. data-max: how many.
 */
element('x-combobox', (el, signal) => {
  const plain = el.querySelector('select, input');
  if (!plain) return;
  const { url, new: free, max = plain.multiple || plain.matches('input') ? '99' : '1' } = { ...plain.dataset, ...el.dataset };
  const isSelect = plain.matches('select');
  const label = el.querySelector('label') || document.querySelector(`label[for="${plain.id}"]`);
  const chips = make('ul', { className: 'chips', 'data-made': '', ariaLabel: label?.textContent.trim() || '' });
  const field = make('input', { type: 'text', id: parvis.id(), autocomplete: 'off', role: 'combobox', ariaExpanded: 'false', ariaAutoComplete: 'list', placeholder: plain.dataset.placeholder || plain.placeholder || '', className: 'input', 'data-made': '' });
  if (label) { label.htmlFor = field.id; field.ariaLabel = label.textContent.trim(); }
  for (const name of ['aria-describedby', 'aria-invalid']) if (plain.hasAttribute(name)) field.setAttribute(name, plain.getAttribute(name));
  plain.hidden = true;
  plain.after(chips, field);
  // A hidden required field would block the form silently.
  const needed = plain.required;
  plain.required = false;

  const values = () => (isSelect
    ? [...plain.selectedOptions].filter((option) => option.value).map((option) => ({ id: option.value, name: option.textContent.trim() }))
    : plain.value.split(',').map((word) => word.trim()).filter(Boolean).map((word) => ({ id: word, name: word })));
  const draw = () => {
    const chosen = values();
    chips.hidden = !chosen.length;
    chips.replaceChildren(...chosen.map((item) => make('li', { className: 'chip' }, make('span', {}, item.name),
      make('button', { type: 'button', className: 'chip-remove', ariaLabel: t('remove_name', { name: item.name }), onclick: () => drop(item) }, '×'))));
    field.required = needed && !chosen.length;
    field.hidden = chosen.length >= Number(max);
  };
  const changed = () => { draw(); plain.dispatchEvent(new Event('change', { bubbles: true })); };
  const add = (item) => {
    if (values().some((one) => one.id === item.id)) { field.value = ''; return; }
    if (isSelect) {
      let option = [...plain.options].find((one) => one.value === item.id);
      if (!option) plain.append(option = make('option', { value: item.id }, item.name));
      option.selected = true;
    } else plain.value = [...values().map((one) => one.name), item.name].join(', ');
    field.value = '';
    changed();
    parvis.announce(t('picked', { name: item.name }));
  };
  const drop = (item) => {
    if (isSelect) for (const option of plain.options) { if (option.value === item.id) option.selected = false; }
    else plain.value = values().filter((one) => one.id !== item.id).map((one) => one.name).join(', ');
    changed();
    field.focus();
    parvis.announce(t('unpicked', { name: item.name }));
  };

  const box = parvis.listbox(field, label?.textContent.trim() || t('suggestions_label'), signal, add);
  let turn = 0;
  const look = parvis.pause(async () => {
    const mine = turn += 1;
    const q = field.value.trim();
    if (!q && url) { box.close(); return; }
    const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    const found = url
      ? await parvis.json(parvis.address(url, { q }), { signal }).catch(() => [])
      : [...plain.options].filter((option) => option.value && !option.disabled && fold(option.textContent).includes(fold(q)))
        .map((option) => ({ id: option.value, name: option.textContent.trim(), detail: option.dataset.detail }));
    if (mine !== turn || document.activeElement !== field) return;
    const taken = new Set(values().map((one) => one.id));
    // A tag's name is its id in a plain field.
    const items = found.map((item) => ({ ...item, id: isSelect ? String(item.id) : item.name })).filter((item) => !taken.has(item.id)).slice(0, 8);
    const at = field.getBoundingClientRect();
    box.open(items, (item) => [make('b', {}, item.name), ' ', make('small', {}, item.detail || '')],
      { left: at.left, top: at.top, height: at.height }, free === undefined ? 0 : -1);
  }, 150);
  on(field, 'input', look, signal);
  on(field, 'keydown', (event) => {
    if (event.defaultPrevented) return;
    const word = field.value.trim().replace(/^#/, '');
    if ((event.key === 'Enter' || event.key === ',') && word && free !== undefined) {
      event.preventDefault();
      box.close();
      add({ id: word, name: word });
    } else if (event.key === 'Enter' && word) event.preventDefault(); // not yet chosen: the form must not leave
    else if (event.key === 'Backspace' && !field.value && values().length) drop(values().at(-1));
    else if (event.key === 'ArrowDown' && !box.isOpen) look.now();
  }, signal);
  on(field, 'change', () => {
    const word = field.value.trim().replace(/^#/, '');
    if (word && free !== undefined && !box.isOpen) add({ id: word, name: word });
  }, signal);
  on(plain.form, 'reset', () => setTimeout(draw), signal);
  // A draft came back: its values are in the plain field.
  on(plain.form, 'change', (event) => { if (event.target === plain.form) draw(); }, signal);
  draw();
});
