// Keys, and hiding a page whose reader may no longer see it. Every page works without this file.
(() => {
  'use strict';
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (el) => el.matches('textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])');

  // Tells the server that scripts run here, so that showing a page marks nothing as read (seen.js does). Names nobody.
  document.cookie = `desk-script=1; Path=/; SameSite=Lax; Max-Age=43200${location.protocol === 'https:' ? '; Secure' : ''}`;

  // Keys are read by position (event.code), so J is J on the Kazakh and Russian layouts too. The digit row is never
  // used: on the Kazakh layout it types letters.
  const click = { KeyE: 'solve', KeyI: 'take', KeyU: 'back' };
  const focus = { KeyA: 'assign', KeyP: 'priority', KeyT: 'tag' };
  let went = 0;
  addEventListener('keydown', (e) => {
    const at = document.activeElement;
    if (e.code === 'Escape') {
      const open = $('details.menu[open]');
      if (open) { open.open = false; $('summary', open).focus(); } else at.blur();
      return;
    }
    if (e.code === 'Enter' && (e.ctrlKey || e.metaKey) && at.closest('.composer .pane')) {
      e.preventDefault();
      $('[data-send]', at.closest('.pane'))?.click();
      return;
    }
    if (typing(at) || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (e.key === '?' || (e.code === 'Slash' && e.shiftKey)) { $('[data-key=help]')?.click(); return; }
    if (e.code === 'Slash') { e.preventDefault(); $('.find .in')?.focus(); return; }
    if (e.code === 'KeyG') { went = e.timeStamp; return; }
    if (went && e.timeStamp - went < 1500) { went = 0; $(`[data-go=${e.code}]`)?.click(); return; }
    if (e.code === 'KeyJ' || e.code === 'KeyK') {
      const links = $$('.row .who a');
      const here = links.findIndex((a) => a === at);
      const start = here < 0 ? links.findIndex((a) => a.closest('[aria-current]')) : here;
      links[Math.max(0, Math.min(links.length - 1, start + (e.code === 'KeyJ' ? 1 : -1)))]?.focus();
    } else if (e.code === 'KeyR' || e.code === 'KeyC') {
      const mode = e.code === 'KeyR' ? 'reply' : 'comment';
      const radio = $(`.modes [value=${mode}]`);
      if (radio) { radio.checked = true; e.preventDefault(); $(`.pane.${mode} textarea`)?.focus(); }
    } else if (focus[e.code]) {
      const field = $(`[data-focus=${focus[e.code]}]`);
      if (field) { e.preventDefault(); field.closest('details').open = true; location.hash = '#side'; field.focus(); }
    } else if (click[e.code]) {
      const button = $(`[data-key=${click[e.code]}]`);
      if (button) button.click(); else if (e.code === 'KeyU') $('.slim .bar a')?.click();
    }
  });

  // A click elsewhere closes an open menu.
  addEventListener('click', (e) => {
    $$('details.menu[open]').forEach((menu) => { if (!menu.contains(e.target)) menu.open = false; });
  });

  // The page holds the texts of scripts in the reader's language. They are copied now: the page may be replaced.
  const says = { ...$('[data-says]')?.dataset };
  const leaves = Object.fromEntries($$('template[data-left]').map((one) => [one.dataset.left, one.content]));
  const staff = document.body.dataset.staff;
  const base = document.body.dataset.base;
  const tell = (what) => {
    const bar = $('[data-bar]');
    if (!bar) return;
    bar.textContent = says[what] || '';
    bar.hidden = !bar.textContent;
  };
  const ask = (path, more = {}) => fetch(path, { signal: AbortSignal.timeout(20000), ...more });
  const inJson = { Accept: 'application/json' };
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  // Replace a page that its reader may no longer see. Only what they typed and what is stored nowhere stays.
  const desk = { $, $$, says, staff, tell, ask, inJson, filled, unsaved: () => '', drafted: () => false, remember: () => {}, keepUnsaved: async () => true, flush: async () => {} };
  let left = '';
  const leave = (kind) => {
    if (left === kind || !leaves[kind]) return;
    if (!left) desk.remember();
    const text = left ? $('#unsaved')?.value || '' : desk.unsaved();
    const drafted = !left && desk.drafted();
    left = kind;
    const body = document.createElement('body');
    body.className = 'public gate-page';
    body.append(document.importNode(leaves[kind], true));
    if (text && kind !== 'gone') {
      $$('[data-unsaved]', body).forEach((one) => { one.hidden = false; });
      $('#unsaved', body).value = text;
      $('[data-sign-in]', body)?.setAttribute('target', '_blank');
    } else if (drafted && $('[data-draft]', body)) $('[data-draft]', body).hidden = false;
    const next = location.pathname.slice(base.length);
    const link = $('[data-sign-in]', body);
    if (link) link.href += `?next=${encodeURIComponent(next)}`;
    document.title = $('h1', body).textContent;
    document.body.replaceWith(body);
    $('main', body).focus();
    if (kind === 'out') comeBack();
  };
  // Wait until somebody signs in again in another tab; save what was typed on this page, then load it again.
  const comeBack = () => setTimeout(async () => {
    if (left !== 'out') return;
    const who = await session().catch(() => null);
    if (!who?.csrf) { comeBack(); return; }
    if (who.staff !== staff) { leave('other'); return; }
    if (await desk.keepUnsaved(who.csrf)) location.reload(); else comeBack();
  }, document.hidden ? 15000 : 4000);
  const session = async () => {
    const answer = await ask(`${base}/dashboard/session`, { headers: inJson });
    if (answer.status === 401) return { out: true };
    return answer.ok && (answer.headers.get('content-type') || '').includes('json') ? answer.json() : null;
  };
  const put = (csrf) => $$('input[name=csrf]').forEach((one) => { one.value = csrf; });
  // Ask who is signed in now and take over the form token of their session. True when it is the same person as before.
  const renew = async () => {
    const who = await session();
    if (who?.out) leave('out');
    else if (who?.csrf && who.staff !== staff) leave('other');
    else if (who?.csrf) { put(who.csrf); return true; }
    return false;
  };
  // Show another page of ours in place of this one.
  const adopt = (fresh) => {
    left = 'page';
    document.title = fresh.title;
    document.body.replaceWith(document.importNode(fresh.body, true));
  };

  // Return the page in an answer; null when it may not be shown: then this has already shown what replaces it.
  const read = async (answer) => {
    if (answer.status === 401 || answer.url.includes('/dashboard/sign-in')) { leave('out'); return null; }
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (answer.status === 404 && $('[data-every]')) { leave('gone'); return null; }
    if (!$('.app', fresh)) {
      if ([403, 409].includes(answer.status) && $('.gate-page', fresh)) adopt(fresh);
      return null;
    }
    tell('');
    if (fresh.body.dataset.staff !== staff) { leave('other'); return null; }
    if ($('[data-frozen]', fresh) && !$('[data-frozen]')) { adopt(fresh); return null; }
    return fresh;
  };
  // After sleep, a lost connection or Back: check whether this page may still be seen.
  desk.wake = () => {
    if (!left && !document.hidden && document.body.classList.contains('app')) renew().catch(() => {});
  };
  addEventListener('visibilitychange', () => desk.wake());
  // A page that ends is loaded again then, at the latest when the computer wakes up.
  const until = Date.now() + document.body.dataset.until * 1000;
  const over = () => { if (Date.now() >= until) location.reload(); };
  if (until) {
    setTimeout(over, until - Date.now());
    for (const kind of ['visibilitychange', 'focus', 'pageshow']) addEventListener(kind, over);
  }
  addEventListener('pageshow', (e) => { if (e.persisted) desk.wake(); });
  addEventListener('online', () => { tell(''); desk.wake(); });
  addEventListener('offline', () => tell('offline'));

  Object.assign(desk, { leave, renew, adopt, read, put, gone: () => left });
  window.desk = desk;
})();
