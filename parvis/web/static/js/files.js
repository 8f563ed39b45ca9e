/* <x-files data-url data-folder>: files chosen, dropped or pasted are sent one by one, and the folder is shown anew. */
const { parvis } = window;
const { make, t, element } = parvis;

element('x-files', (el, signal) => {
  const chooser = el.querySelector('input[type=file]');
  const shelf = make('div', { className: 'uploads', 'data-made': '', role: 'status' });
  el.append(shelf);
  el.querySelector('[data-send]')?.setAttribute('hidden', '');
  let busy = Promise.resolve();
  const sendAll = async (files) => {
    let first = null;
    let failed = 0;
    const { folder } = el.dataset;
    for (const file of files) {
      const bar = make('progress', { max: 1, value: 0, ariaLabel: t('file_sending', { name: file.name }) });
      const line = make('p', { className: 'upload', 'data-made': '' }, make('span', {}, `${file.name} `), bar);
      shelf.append(line);
      try {
        const answer = await parvis.send(el.dataset.url, file, { signal, extra: { folder, first }, progress: (part) => { bar.value = part; } });
        first ||= answer.id;
        line.remove();
        parvis.announce(t('file_sent', { name: answer.name }));
      } catch (problem) {
        failed += 1;
        bar.remove();
        line.classList.add('error');
        line.textContent = `${file.name} – ${problem.message}`;
        parvis.announce(problem.message);
      }
    }
    // What failed stays readable; the list is fresh at the next visit.
    if (!failed) location.assign(location.pathname);
  };
  const take = (files) => { busy = busy.then(() => sendAll(files)); };
  parvis.receive({ field: document.body, zone: el, chooser, signal, take });
});
