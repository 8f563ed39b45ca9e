/* What one sees at once while choosing the look of the network. Saving is the form's work. */
const { parvis } = window;
const { on, element } = parvis;

/*
 * <x-live-preview data-url>: fields inside (hue, name, logo) drawn by the server, which alone judges contrast:
 * GET ?<fields> answers JSON {tokens: {"--name": "value"}, html, verdict}.
 * Tokens are set on [data-sample] (or the element), html replaces it, the verdict is read out.
 */
element('x-live-preview', (el, signal) => {
  const { url } = el.dataset;
  const form = el.querySelector('form') || el.closest('form');
  if (!url || !form) return;
  const sample = el.querySelector('[data-sample]') || el;
  const verdict = el.querySelector('[data-verdict]');
  if (verdict) verdict.role = 'status';
  let turn = 0;
  const look = parvis.pause(async () => {
    const mine = turn += 1;
    const values = [...new FormData(form)].filter(([name, value]) => typeof value === 'string' && name !== 'csrfmiddlewaretoken');
    const answer = await parvis.json(parvis.address(url, Object.fromEntries(values)), { signal }).catch(() => null);
    if (!answer || mine !== turn) return;
    if (answer.html !== undefined) sample.innerHTML = answer.html;
    for (const [name, value] of Object.entries(answer.tokens || {})) if (name.startsWith('--')) sample.style.setProperty(name, value);
    if (verdict && answer.verdict !== undefined) verdict.textContent = answer.verdict;
  }, 150);
  on(form, 'input', look, signal);
});
