// Small comforts. Every page works without this file.
(() => {
  'use strict';
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (el) => el.matches('textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])');

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
      $('button', at.closest('.pane'))?.click();
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

  // A menu closes when one clicks elsewhere.
  addEventListener('click', (e) => {
    $$('details.menu[open]').forEach((menu) => { if (!menu.contains(e.target)) menu.open = false; });
  });

  const notice = $('[data-notice]');
  const tell = (what) => {
    if (!notice) return;
    notice.textContent = what ? notice.dataset[what] : '';
    notice.hidden = !what;
  };

  // Live parts: the page is asked for again and its marked parts are put in place of the old ones. What a person
  // types, has opened or has focused stays as it is.
  const swap = (fresh) => {
    for (const part of $$('[data-live]')) {
      const next = $(`[data-live="${part.dataset.live}"]`, fresh);
      if (!next || part.contains(document.activeElement) && part.dataset.live !== 'rows' && part.dataset.live !== 'log') continue;
      if (next.innerHTML === part.innerHTML || $('details.menu[open]', part)) continue;
      const id = part.contains(document.activeElement) ? document.activeElement.closest('[data-id]')?.dataset.id : null;
      const opened = $$('details[open]', part).map((one) => one.closest('[id]')?.id);
      part.innerHTML = next.innerHTML;
      if (id) $(`[data-id="${id}"] a`, part)?.focus();
      for (const one of opened) if (one) $$(`[id="${one}"] details`, part).forEach((each) => { each.open = true; });
    }
    const composer = $('[data-composer]');
    const next = $('[data-composer]', fresh);
    if (composer && next && composer.dataset.composer !== next.dataset.composer) {
      for (const field of $$('textarea', composer)) {
        const twin = $(`textarea[name=${field.name}]`, next);
        if (twin) twin.value = field.value;
      }
      composer.replaceWith(next);
    }
  };
  const read = async (answer) => {
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!$('.app', fresh)) { tell(answer.url.includes('/sign-in') || answer.status === 401 ? 'out' : ''); return null; }
    tell('');
    if ($('[data-frozen]', fresh) && !$('[data-frozen]')) { location.replace(location.pathname); return null; }
    return fresh;
  };
  const refresh = async () => {
    const answer = await fetch(location.pathname + location.search, { headers: document.hidden ? { 'X-Hidden': '1' } : {} });
    const fresh = await read(answer);
    if (fresh && answer.ok) swap(fresh);
  };
  const every = Number($('[data-every]')?.dataset.every || 0);
  let idle = 0;
  const again = () => setTimeout(async () => {
    try { await refresh(); } catch { tell(navigator.onLine ? '' : 'offline'); }
    idle = document.hidden ? idle + 1 : 0;
    again();
  }, every * 1000 * (document.hidden ? Math.min(12, 4 + idle) : 1));
  if (every) {
    again();
    addEventListener('visibilitychange', () => { if (!document.hidden) refresh().catch(() => {}); });
  }
  addEventListener('online', () => tell(''));
  addEventListener('offline', () => tell('offline'));

  // Sending keeps the page: the other draft, the place in the conversation, the focus.
  addEventListener('submit', async (e) => {
    const form = e.target;
    if (!form.matches('.composer') || !e.submitter?.formAction) return;
    e.preventDefault();
    const field = $('textarea', e.submitter.closest('.pane'));
    if (!field.value.trim() || form.dataset.busy) return;
    form.dataset.busy = '1';
    const other = $$('textarea', form).find((one) => one !== field);
    const body = new URLSearchParams(new FormData(form));
    if (other) body.set(other.name, '');
    try {
      const answer = await fetch(e.submitter.formAction, { method: 'POST', body });
      const fresh = await read(answer);
      if (fresh && answer.ok) {
        field.value = '';
        form.elements.client_id.value = $('[name=client_id]', fresh).value;
        $('.notice[role=alert]', form)?.remove();
        swap(fresh);
        $('.talk').scrollTop = 0;
      } else if (fresh) {
        const why = $('.composer .notice[role=alert]', fresh);
        $('.notice[role=alert]', form)?.remove();
        if (why) form.prepend(why);
      }
    } catch { tell('offline'); }
    delete form.dataset.busy;
    field.focus();
  });
})();
