/*
 * <x-live data-url data-since data-person>: what happens elsewhere. All pages of a browser share one stream of events,
 * held by one of them (browsers allow a site six connections); where there can be none, each asks now and then.
 */
const { parvis } = window;
const { on, element } = parvis;

const SHARED_MS = 20000; // how long what was heard is kept for a page that has just come
const parts = new Set();
const heard = new Set(); // keys of events: after a pause some come twice

/*
 * A part of the page that asks its address when something happened: `wants(kind, keys)`, `look()` asks.
 * However much happens, it asks once; a hidden page asks when it is seen again, unless the part is for `hidden` ones too.
 */
parvis.part = ({ wants, look, signal, hidden = false }) => {
  let waiting, isStale = false;
  const ask = async () => {
    waiting = 0;
    if (document.hidden && !hidden) { isStale = true; return; }
    isStale = false;
    try {
      await look();
    } catch (problem) {
      if (problem.status === 401 || problem.status === 403) parvis.live?.stop();
    }
  };
  const part = {
    wants,
    due(most) { waiting ||= setTimeout(ask, Math.random() * most); },
  };
  parts.add(part);
  on(document, 'visibilitychange', () => { if (!document.hidden && isStale) part.due(500); }, signal);
  signal.addEventListener('abort', () => { clearTimeout(waiting); parts.delete(part); });
  return part;
};

const askAll = (most) => { for (const part of parts) part.due(most); };
const tell = ({ kind, keys, id }) => {
  if (id && heard.has(id)) return;
  if (id) heard.add(id);
  if (heard.size > 500) heard.delete(heard.values().next().value);
  if (kind === 'again') { askAll(3000); return; }
  // What concerns many isn't asked by all of them in the same second.
  for (const part of parts) if (part.wants(kind, keys)) part.due(keys.calm ? 20000 : 400);
};

element('x-live', (el, signal) => {
  const { url, since, person } = el.dataset;
  const every = Number(el.dataset.every || 60) * 1000;
  const hiddenFor = Number(el.dataset.hidden || 300) * 1000;
  const channel = new BroadcastChannel(`parvis-live:${person}`);
  const me = { page: Math.random().toString(36).slice(2), since: Number(since) };
  const others = new Map(); // the pages this one speaks for: what they show
  let source, release, wish, reopening, polling, sleeping;
  let failures = 0, lastKey = '', opened = '', drawn = 0, isStreaming = false, isOver = false;
  let kept = [];

  const shown = () => [...new Set([...document.querySelectorAll('[data-opens]')].map((one) => one.dataset.opens))];
  const say = (message) => channel.postMessage({ from: me.page, ...message });
  const later = (ms) => ms * (0.5 + Math.random());

  // Without a stream: asked now and then.
  const poll = () => {
    clearTimeout(polling);
    if (isOver) return;
    polling = setTimeout(() => {
      if (!isStreaming && !document.hidden) askAll(1000);
      poll();
    }, every * (0.8 + Math.random() * 0.4));
  };
  const state = (streaming) => {
    isStreaming = streaming;
    el.dataset.state = streaming ? 'streaming' : 'polling';
  };

  // The page that holds the stream.
  const wishes = () => {
    const all = new Set(shown());
    for (const page of others.values()) for (const one of page.opens) all.add(one);
    return [...all].sort().slice(0, 40).join(',');
  };
  const close = () => { source?.close(); source = null; clearTimeout(reopening); };
  const share = (event) => {
    const now = Date.now();
    kept = [...kept.filter(({ at }) => now - at < SHARED_MS), { at: now, event }];
    tell(event);
    say({ event });
  };
  const receive = (kind) => ({ data, lastEventId }) => {
    if (lastEventId) lastKey = lastEventId;
    let keys = {};
    try { keys = JSON.parse(data); } catch { /* keep going */ }
    share({ kind, keys, id: lastEventId });
  };
  const stop = () => { isOver = true; close(); release?.(); wish?.abort(); clearTimeout(polling); state(false); };
  const open = () => {
    close();
    opened = wishes();
    const asked = parvis.address(url, { open: opened, after: lastKey || null, since: drawn || null });
    source = new EventSource(asked, { withCredentials: true });
    on(source, 'ready', () => { failures = 0; drawn = 0; state(true); say({ streaming: true }); });
    for (const kind of ['bell', 'post', 'reply', 'again']) on(source, kind, receive(kind));
    on(source, 'over', () => { say({ over: true }); stop(); });
    on(source, 'error', () => {
      close();
      failures += 1;
      if (failures > 1) { state(false); say({ streaming: false }); }
      if (failures === 2) askAll(2000);
      if (!lastKey) drawn ||= me.since;
      // A site that begins again isn't met by everybody in the same second.
      reopening = setTimeout(open, later(failures === 1 ? Math.min(3000, every) : Math.min(300000, every, 1000 * 2 ** failures)));
    });
  };
  const hold = () => new Promise((done) => {
    release = () => { close(); release = null; done(); };
    drawn = lastKey ? 0 : me.since;
    say({ who: true });
    reopening = setTimeout(open, 300); // the others say what they show
  });
  const compete = () => {
    if (isOver || wish || !url || !navigator.locks || !window.EventSource) return;
    wish = new AbortController();
    navigator.locks.request(`parvis-live:${person}`, { signal: wish.signal }, hold).catch(() => {});
  };
  const withdraw = () => { wish?.abort(); wish = null; release?.(); state(false); };

  const here = () => say({ opens: shown(), since: me.since, age: performance.now() });
  channel.onmessage = ({ data }) => {
    if (data.event) { lastKey = data.event.id || lastKey; tell(data.event); }
    if (data.over) stop();
    if (data.who) here();
    if ('streaming' in data) state(data.streaming);
    if ('unread' in data) parvis.bell?.(data.unread);
    if (!release) return;
    if (data.bye) others.delete(data.from);
    if (!data.opens) return;
    others.set(data.from, data);
    if (isStreaming) say({ streaming: true });
    const now = Date.now();
    for (const { at, event } of kept) if (now - at < SHARED_MS) say({ event });
    // A stream opened for a page that has just come also says what happened since that was drawn.
    const isNew = data.opens.some((one) => !opened.split(',').includes(one));
    if (isNew && data.age < 60000) drawn = Math.min(drawn || data.since, data.since);
    if (source && isNew) {
      clearTimeout(reopening);
      reopening = setTimeout(open, 200);
    }
  };

  // A page hidden for long holds no stream and waits for none; seen again, it asks everything.
  on(document, 'visibilitychange', () => {
    clearTimeout(sleeping);
    if (document.hidden) { sleeping = setTimeout(withdraw, hiddenFor); return; }
    if (!wish) { askAll(1000); compete(); here(); }
  }, signal);
  on(window, 'pagehide', () => say({ bye: true }), signal);
  signal.addEventListener('abort', () => { stop(); channel.close(); });

  parvis.live = { stop, say, holds: () => Boolean(release) || !isStreaming };
  state(false);
  here();
  if (!document.hidden) compete();
  poll();
});
