// Keeps an open page up to date: asks whether anything has changed, and takes over the parts that have.
(() => {
  'use strict';
  const desk = window.desk;
  const { $, $$, ask, inJson, leave, tell } = desk;
  const SIZE = 5; // characters of a version, as in parts.py
  const LIVELY = 60000; // ms after the last sign of life for which the page asks as often as it may
  const SLOWEST = 60; // seconds
  const page = location.pathname + location.search;
  const every = Number($('[data-every]')?.dataset.every || 0);

  // -- parts: each has a version for each of its elements; a part that is no list counts as one element
  const parsed = (text) => new Map(text.split(' ').filter(Boolean).map((one) => one.split('=')));
  const cut = (version) => version.match(new RegExp(`.{${SIZE}}`, 'g')) ?? [];
  const state = $('template[data-versions]')?.dataset;
  let versions = parsed(state?.versions ?? '');
  let stamp = state?.stamp ?? '';
  const waiting = new Map(); // parts that came while somebody typed, chose or had something opened in them
  const element = (html) => {
    const holder = document.createElement('template');
    holder.innerHTML = html;
    return holder.content.firstElementChild;
  };
  const chosen = (select) => [...select.options].some((one) => one.selected !== one.defaultSelected);
  const touched = (part) => $('[aria-invalid=true]', part) || $$('select', part).some(chosen)
    || $$('input:not([type=hidden])', part).some((one) => one.value !== one.defaultValue);
  const busy = (part, all, form) => {
    if (touched(part) && !part.contains(form)) return true;
    return !all && (part.contains(document.activeElement) || $('details.menu[open], .beside, [data-refused]', part));
  };
  const reopen = (part, opened) => {
    for (const id of opened) if (id) $$(`[id="${id}"] details:not(.act-menu)`, part).forEach((one) => { one.open = true; });
  };
  const opened = (part) => $$('details[open]:not(.act-menu)', part).map((one) => one.closest('[id]')?.id);
  // Puts the new elements of a list in their places; the others stay as they are, opened or selected.
  const fillList = (part, version, fresh) => {
    const active = document.activeElement;
    const id = part.contains(active) ? active.closest('[data-id]')?.dataset.id : null;
    const open = opened(part);
    const old = new Map();
    cut(versions.get(part.dataset.live) ?? '').forEach((one, at) => {
      old.set(one, [...(old.get(one) ?? []), part.children[at]]);
    });
    const left = [...fresh];
    const nodes = cut(version).map((one) => old.get(one)?.shift() ?? element(left.shift())).filter(Boolean);
    // A picture that was loaded moves into the new form of its message, so that it does not flicker.
    const loaded = new Map($$('img[src]', part).map((one) => [one.getAttribute('src'), one]));
    for (const one of nodes.filter((node) => !part.contains(node)).flatMap((node) => $$('img[src]', node))) {
      const had = loaded.get(one.getAttribute('src'));
      if (had) { had.alt = one.alt; one.replaceWith(had); }
    }
    let at = part.firstElementChild;
    for (const node of nodes) {
      if (node === at) at = at.nextElementSibling; else part.insertBefore(node, at);
    }
    while (at) { const next = at.nextElementSibling; at.remove(); at = next; }
    reopen(part, open);
    if (id && document.activeElement !== active) $(`[data-id="${id}"] a`, part)?.focus();
  };
  const fillWhole = (part, html) => {
    const open = opened(part);
    part.innerHTML = html;
    reopen(part, open);
  };
  // Takes over a part; false when it has to wait.
  const take = (name, [version, ...fresh], all, form) => {
    if (name === 'composer') desk.compose?.(element(fresh[0]));
    else {
      const part = $(`[data-live="${name}"]`);
      if (!part) return true;
      if (!all && $('.act-menu[open] textarea', part)) return false; // somebody edits a reply
      if ('items' in part.dataset) fillList(part, version, fresh);
      else if (busy(part, all, form)) return false;
      else fillWhole(part, fresh[0]);
    }
    versions.set(name, version);
    return true;
  };
  // With `all` (a button was pressed) also parts in use are replaced; one with changed fields only when `form`, which
  // was sent, is in it. The composer comes first: it brings parts of its own.
  const takeAll = (parts, all = false, form = null) => {
    const names = Object.keys(parts).sort((one, other) => (other === 'composer') - (one === 'composer'));
    for (const name of names) if (take(name, parts[name], all, form)) waiting.delete(name); else waiting.set(name, parts[name]);
  };
  // The same from a whole page, the answer to a form.
  const swap = (fresh, all = false, form = null) => {
    const given = $('template[data-versions]', fresh)?.dataset;
    if (!given) return;
    const parts = {};
    for (const [name, version] of parsed(given.versions)) {
      if (versions.get(name) === version && !waiting.has(name)) continue;
      const part = $(name === 'composer' ? '[data-composer]' : `[data-live="${name}"]`, fresh);
      if (!part) continue;
      const had = cut(versions.get(name) ?? '');
      if (name === 'composer') parts[name] = [version, part.outerHTML];
      else if (!('items' in part.dataset)) parts[name] = [version, part.innerHTML];
      else {
        const news = cut(version).map((one, at) => {
          const place = had.indexOf(one);
          if (place < 0) return part.children[at].outerHTML;
          had.splice(place, 1);
          return null;
        });
        parts[name] = [version, ...news.filter((one) => one !== null)];
      }
    }
    takeAll(parts, all, form);
    desk.put($('input[name=csrf]', fresh)?.value ?? $('input[name=csrf]')?.value);
    stamp = ''; // what was changed here is not in the marker yet
  };

  // -- asking
  const inMind = () => {
    const known = new Map([...versions, ...[...waiting].map(([name, [version]]) => [name, version])]);
    return [...known].map((one) => one.join('=')).join(' ');
  };
  // Headers for a form of the page: it is no new search, and where the new messages begin.
  const held = () => {
    const fresh = $('[data-fresh]')?.dataset.fresh;
    return { 'X-Refresh': '1', ...(fresh ? { 'X-Fresh': fresh } : {}) };
  };
  class Busy extends Error {}
  // Shows what stands in the place of this page: the page says it by itself when it is loaded.
  const replaced = async () => {
    const fresh = await desk.read(await ask(page, { headers: held() }));
    if (fresh) swap(fresh);
  };
  // Asks for what has changed; with `anyway` whatever the marker says.
  const look = async ({ all = false, anyway = false } = {}) => {
    const known = stamp && !anyway ? { 'If-None-Match': `"${stamp}"` } : {};
    const had = inMind();
    const answer = await ask(page, { headers: { ...inJson, ...held(), ...known, 'X-Parts': had }, cache: 'no-store' });
    if (desk.gone()) return;
    if (answer.status === 304) { tell(''); return; }
    if (answer.status === 401) { leave('out'); return; }
    if (answer.status === 429 || answer.status >= 500) throw new Busy(answer.status);
    const json = (answer.headers.get('content-type') || '').includes('json') ? await answer.json() : null;
    if (answer.status === 404 && json?.code === 'not_found') { leave('gone'); return; }
    if (!json?.parts) { await replaced(); return; }
    if (desk.gone()) return;
    // Another answer came first: this one tells what differs from elements that are gone.
    if (inMind() !== had) { await look({ all, anyway: true }); return; }
    tell('');
    if (json.staff !== desk.staff) { leave('other'); return; }
    takeAll(json.parts, all);
    desk.put(json.csrf);
    stamp = json.stamp;
    if (json.parts.log && !document.hidden) alive();
  };

  // -- when
  let seen = Date.now(); // the last sign that somebody is there
  let pause = every;
  let timer = 0;
  let asked = Date.now();
  let asking = false;
  let woken = 0;
  let again = false; // woken while asking
  const jitter = (seconds) => seconds * 1000 * (0.9 + Math.random() / 5);
  const later = (seconds) => { clearTimeout(timer); timer = setTimeout(turn, jitter(seconds)); };
  const turn = async () => {
    if (desk.gone()) return;
    asking = true;
    asked = Date.now();
    for (const [name, part] of waiting) if (take(name, part, false, null)) waiting.delete(name);
    try {
      await look();
      const lively = !document.hidden && Date.now() - seen < LIVELY;
      pause = lively ? every : Math.min(SLOWEST, pause * 1.5);
    } catch (why) {
      if (!(why instanceof Busy)) tell(navigator.onLine ? '' : 'offline');
      pause = Math.min(SLOWEST, Math.max(every, pause) * 2);
    }
    asking = false;
    if (again && !document.hidden) desk.wake(); else later(pause);
  };
  // Somebody is there again: the long pause ends.
  const alive = () => {
    seen = Date.now();
    if (pause <= every || asking) return;
    pause = every;
    later(Math.max(0.2, every - (seen - asked) / 1000));
  };
  if (every) {
    for (const kind of ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart']) {
      addEventListener(kind, alive, { passive: true });
    }
    desk.wake = () => {
      if (desk.gone() || document.hidden) return;
      seen = Date.now();
      again = asking;
      if (asking) return;
      woken = seen;
      if ($('[data-composer]')) stamp = ''; // a draft that was kept in another window leaves no mark
      pause = every;
      clearTimeout(timer);
      turn();
    };
    addEventListener('focus', () => { if (Date.now() - woken > 1000) desk.wake(); });
    later(every);
  }

  Object.assign(desk, { swap, held, refresh: (all = false) => look({ all, anyway: true }) });
})();
