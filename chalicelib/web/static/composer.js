// The composer: drafts, sending, and finding out whether a text was sent when the answer was lost.
(() => {
  'use strict';
  const { $, $$, says, ask, inJson, filled } = window.desk;
  const desk = window.desk;
  const form = () => $('.composer');
  if (!form()) return;
  const here = form().dataset.here;
  const PAUSES = [1, 2, 4, 8, 15]; // seconds; their sum is longer than a request can last at the server
  const SETTLES = 900;
  const wait = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });
  const freshId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, '0')).join('');

  // -- the two boxes: field, field of its id, the way to send it. A reply's quote and choices are kept with its text.
  const BESIDE = '[data-quoting] input, [data-choices] input, [data-beside] input';
  const makeBox = (name, idName, way) => {
    const one = { name, idName, way, order: 0, saved: '', savedBeside: '', timer: 0, saving: null, sending: null };
    one.field = () => form() && $(`textarea[name=${name}]`, form());
    one.value = () => one.field()?.value ?? '';
    one.besideFields = () => (way === 'reply' && one.field() ? $$(BESIDE, form()).filter((field) => field.value) : []);
    one.beside = () => new URLSearchParams(one.besideFields().map((field) => [field.name, field.value])).toString();
    one.typed = () => Boolean(one.value().trim()) || one.besideFields().some((field) => field.name !== 'quote' && field.value.trim());
    one.id = () => form()?.elements[idName].value;
    one.setId = (id) => { form().elements[idName].value = id; };
    one.order = Number(form().elements[idName].dataset.order) || 0;
    one.isSaved = (value = one.value(), beside = one.beside()) => { one.saved = value; one.savedBeside = beside; };
    one.isSaved();
    one.dirty = () => Boolean(one.field()) && (one.value() !== one.saved || one.beside() !== one.savedBeside);
    return one;
  };
  const boxes = [makeBox('text', 'client_id', 'reply'), makeBox('note', 'note_id', 'comment')];
  const ofField = (field) => boxes.find((one) => one.name === field.name);

  // -- what is said beside the box
  const told = (text, kind = 'bad') => {
    const place = $('[data-told]', form());
    place.replaceChildren();
    if (!text) return;
    const notice = document.importNode($('template[data-notice]').content, true);
    $('.notice', notice).classList.add(kind);
    $('.notice > div', notice).textContent = text;
    place.append(notice);
  };
  const noted = (one, text) => {
    const place = one.field() && $('[data-saved]', one.field().closest('.pane'));
    if (place && place.textContent !== text) place.textContent = text;
  };

  // -- drafts
  // The id under which the box is kept. A text that is being sent keeps its id until it is known whether it is stored:
  // nothing goes out twice, and its draft is dropped with it. A changed text is another one.
  const draftId = (one) => {
    if (!one.sending || one.value() === one.sending.text) return one.id();
    one.sending.next ??= freshId();
    return one.sending.next;
  };
  const fieldsOf = (one, value, id) => {
    one.order = Math.max(Date.now(), one.order + 1);
    const csrf = $('input[name=csrf]', form()).value;
    const fields = new URLSearchParams({ csrf, [one.name]: value, [one.idName]: id, order: String(one.order), mode: one.way });
    for (const field of one.besideFields()) fields.set(field.name, field.value);
    return fields;
  };
  const post = (way, body, more = {}) => ask(`${here}/${way}`, { method: 'POST', body, headers: inJson, ...more });
  const jsonOf = async (answer) => {
    if (!(answer.headers.get('content-type') || '').includes('json')) return null;
    try { return await answer.json(); } catch { return null; }
  };
  // Only the desk's own answer counts as gone; a gateway may answer 404, too.
  const gone = (answer, said) => said?.code === 'erasing' || (answer.status === 404 && said?.code === 'not_found');
  const saveOnce = async (one, again) => {
    const { sending } = one;
    const value = one.value();
    const beside = one.beside();
    const id = draftId(one);
    const body = fieldsOf(one, value, id);
    // A browser may freeze a hidden page at any moment. A request with keepalive outlives it; the limit is 64 kB.
    const answer = await post('draft', body, { keepalive: document.hidden && String(body).length < 60000 });
    const said = await jsonOf(answer);
    if (one.sending !== sending || (!sending && one.id() !== id)) return true; // its fate was decided meanwhile; the box is saved by itself
    if (sending && said?.code === 'client_id_used') { one.isSaved(value, beside); return true; } // it is stored, as its sender will learn
    if (answer.ok && said) {
      one.isSaved(value, beside);
      noted(one, one.typed() && !one.dirty() ? says.saved : '');
      return true;
    }
    if (answer.status === 401) { desk.leave('out'); return false; }
    if (said?.code === 'csrf' && again && await desk.renew()) return saveOnce(one, false);
    if (said?.code === 'client_id_used' && again) {
      one.setId(said.client_id || freshId());
      told(says.sentElsewhere, 'warn');
      return saveOnce(one, false);
    }
    if (gone(answer, said)) { await desk.refresh().catch(() => {}); return false; }
    noted(one, says.unsaved);
    return false;
  };
  const save = async (one) => {
    clearTimeout(one.timer);
    if (desk.gone()) return false;
    while (one.saving) await one.saving;
    if (!one.field()) return true;
    if (!one.dirty()) { noted(one, one.typed() ? says.saved : ''); return true; }
    one.saving = saveOnce(one, true).catch(() => { noted(one, says.unsaved); return false; });
    const done = await one.saving;
    one.saving = null;
    if (!desk.gone() && (one.dirty() || !done)) later(one, done ? SETTLES : 5000);
    return done;
  };
  const later = (one, after = SETTLES) => { clearTimeout(one.timer); one.timer = setTimeout(() => save(one), after); };
  addEventListener('input', (e) => {
    const one = e.target.matches?.('.composer textarea') ? ofField(e.target) : e.target.matches?.(BESIDE) && boxes[0];
    if (!one) return;
    noted(one, '');
    later(one);
  });
  // Leaving the page: unsaved text is saved as a draft.
  const flush = () => {
    if (desk.gone()) return;
    for (const one of boxes) {
      if (!one.field() || !(one.sending || one.dirty())) continue;
      const body = fieldsOf(one, one.value(), draftId(one));
      const sent = navigator.sendBeacon(`${here}/draft`, body);
      if (!sent) fetch(`${here}/draft`, { method: 'POST', body }).catch(() => {}); // too long for a beacon
    }
  };
  addEventListener('pagehide', flush);
  addEventListener('visibilitychange', () => { if (document.hidden) boxes.forEach((one) => save(one)); });
  addEventListener('online', () => boxes.forEach((one) => save(one)));

  // -- sending
  const busy = (one, word) => {
    const button = one.field() && $('[data-send]', one.field().closest('.pane'));
    if (!button) return;
    one.label ??= button.innerHTML;
    button.disabled = Boolean(word);
    if (word) button.textContent = word; else { button.innerHTML = one.label; one.label = null; }
  };
  const outcome = async (answer) => {
    const said = await jsonOf(answer);
    if (answer.ok && said?.sent) return { what: 'sent', id: said.client_id };
    if (answer.status === 401 || answer.url.includes('/dashboard/sign-in')) return { what: 'out' };
    if (gone(answer, said)) return { what: 'gone' };
    if (said?.code === 'csrf') return { what: 'stale' };
    if (answer.ok || answer.status >= 500 || answer.status === 408) return { what: 'unknown' };
    const known = { 413: says.tooLarge, 429: says.tooMany }[answer.status];
    return { what: 'refused', text: known || (said?.code && said.message) || filled(says.refused, { status: answer.status }), id: said?.client_id, file: said?.file };
  };
  // Ask whether the text is stored, until the first request cannot be running any more.
  const find = async (sending) => {
    for (let n = 0; ; n += 1) {
      await wait(PAUSES[Math.min(n, PAUSES.length - 1)]);
      if (desk.gone()) return { what: 'left' };
      let answer;
      let said;
      try {
        answer = await ask(`${here}/sent/${sending.id}`, { headers: inJson });
        said = await jsonOf(answer);
      } catch { continue; } // no connection: ask again later
      if (answer.status === 401) return { what: 'out' };
      if (gone(answer, said)) return { what: 'gone' };
      if (!answer.ok || typeof said?.sent !== 'boolean') continue;
      if (said.sent && said.text === sending.text) return { what: 'sent', late: true };
      if (said.sent) return { what: 'refused', text: says.sentElsewhere, id: freshId() };
      if (n >= PAUSES.length - 1) return { what: 'refused', text: says.notSent };
    }
  };
  const rest = (value, sent) => {
    if (value === sent) return '';
    return value.startsWith(sent) ? value.slice(sent.length).trimStart() : value;
  };
  const sentNow = async (one, result) => {
    const field = one.field();
    if (field) field.value = rest(field.value, one.sending.text);
    desk.files?.sent(one.sending.files);
    one.setId(result.id || freshId());
    one.isSaved(one.sending.next ? null : '', '');
    one.sending = null;
    noted(one, '');
    told(result.late ? says.wasSent : '', 'good');
    if (one.way === 'reply') dispatchEvent(new Event('desk-sent'));
    if (one.dirty()) later(one, 0);
    await desk.refresh(true).catch(() => {});
    if (!desk.gone() && $('.talk')) $('.talk').scrollTop = 0;
  };
  const refused = async (one, result) => {
    if (one.sending.next) one.saved = null; // kept under another id than the box has
    one.sending = null;
    if (result.what === 'stale') {
      if (await desk.renew()) told(says.renewed, 'warn');
      else if (!desk.gone()) told(filled(says.refused, { status: 403 }));
    } else {
      if (result.id) { one.setId(result.id); one.saved = null; }
      if (result.file) desk.files?.refused(result.file, result.text);
      await desk.refresh().catch(() => {}); // the reply window or the ticket may have closed
      if (!desk.gone()) told(result.text);
    }
    if (!desk.gone()) later(one, 0);
  };
  const send = async (one) => {
    const field = one.field();
    const files = (one.way === 'reply' && desk.files?.ids()) || [];
    if (!field || one.sending) return;
    if (one.way === 'reply' && desk.files?.waits()) { told(desk.files.waits(), 'warn'); return; }
    if (!field.value.trim() && !files.length) return;
    if (!navigator.onLine) { told(says.offlineSend); return; }
    clearTimeout(one.timer);
    one.sending = { text: field.value, id: one.id(), files };
    later(one); // an answer that takes long may never come
    busy(one, says.sending);
    told('');
    let result;
    const body = new URLSearchParams(new FormData(form()));
    for (const other of boxes) if (other !== one) { body.delete(other.name); body.delete(other.idName); }
    try { result = await outcome(await post(one.way, body)); } catch { result = { what: 'unknown' }; }
    if (result.what === 'unknown') {
      told(says.unknown, 'warn');
      busy(one, says.checking);
      result = await find(one.sending);
    }
    if (desk.gone()) return;
    clearTimeout(one.timer);
    if (result.what === 'sent') await sentNow(one, result);
    else if (result.what === 'out') desk.leave('out');
    else if (result.what === 'gone') { await desk.refresh().catch(() => {}); desk.leave(desk.gone() || 'gone'); }
    else if (result.what !== 'left') await refused(one, result);
    if (desk.gone()) return;
    one.sending = null;
    busy(one, '');
    if (document.activeElement === document.body) one.field()?.focus();
  };
  addEventListener('submit', (e) => {
    if (!e.target.matches('.composer')) return;
    const pane = e.submitter?.closest('.pane');
    const field = pane && $('textarea', pane);
    if (!field || !e.submitter.matches('[data-send]')) return;
    e.preventDefault();
    send(ofField(field));
  });

  // -- for the other scripts
  desk.flush = () => Promise.all(boxes.map((one) => save(one)));
  const open = () => boxes.filter((one) => (one.dirty() || one.sending) && one.typed());
  desk.unsaved = () => open().map((one) => one.value()).join('\n\n');
  desk.drafted = () => boxes.some((one) => one.typed());
  // Keep what was typed when the page was taken away: it is saved after signing in again.
  let last = [];
  desk.remember = () => { last = open().map((one) => fieldsOf(one, one.value(), draftId(one))); };
  desk.keepUnsaved = async (csrf) => {
    for (const body of last) {
      body.set('csrf', csrf);
      body.set('order', String(Math.max(Date.now(), Number(body.get('order')) + 1)));
      const answer = await post('draft', body).catch(() => null);
      const said = answer && await jsonOf(answer);
      if (!answer?.ok && said?.code !== 'client_id_used') return false;
    }
    return true;
  };
  // Take over a refreshed composer: what is typed stays; an untouched box takes a newer draft.
  desk.compose = (next) => {
    const old = form();
    if (!old || !next) return;
    if (old.dataset.composer !== next.dataset.composer) {
      const typed = boxes.map((one) => [one, one.value(), one.id(), one.besideFields()]);
      const mode = $('.modes :checked', old)?.value;
      const said = $('[data-told]', old);
      const focused = old.contains(document.activeElement) && document.activeElement.name;
      if (typed[0][1] && !$('textarea[name=text]', next)) {
        $('template[data-unsent]', next).replaceWith(document.importNode($('template[data-unsent]', next).content, true));
      }
      old.replaceWith(next);
      for (const [one, value, id, beside] of typed) {
        if (one.field()) one.field().value = value;
        if (one.field()) for (const field of beside) if (next.elements[field.name]) next.elements[field.name].value = field.value;
        one.setId(id);
        one.label = null;
      }
      if (mode) $(`.modes [value=${mode}]`, next).checked = true;
      $('[data-told]', next).replaceWith(said);
      if (focused) $(`[name=${focused}]`, next)?.focus();
      for (const one of boxes) if (one.sending) busy(one, says.sending);
      return;
    }
    for (const one of boxes) {
      const newer = $(`textarea[name=${one.name}]`, next);
      const order = Number(next.elements[one.idName].dataset.order) || 0;
      if (!newer || !one.field() || one.dirty() || one.sending || one.saving || order <= one.order) continue;
      if (document.activeElement === one.field() && one.value()) continue;
      one.order = order;
      one.field().value = newer.value;
      if (one.way === 'reply') for (const part of ['[data-quoting]', '[data-choices]']) $(part, old)?.replaceWith($(part, next));
      one.isSaved();
      one.setId(next.elements[one.idName].value);
    }
  };
})();
