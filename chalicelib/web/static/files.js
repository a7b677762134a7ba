// Files of a reply: chosen, pasted or dropped, uploaded straight to the bucket, and named in the reply.
(() => {
  'use strict';
  const { $, $$, ask, inJson, filled } = window.desk;
  const desk = window.desk;
  const form = () => $('.composer');
  if (!form()) return;
  const here = form().dataset.here;
  const place = () => $('[data-brought]', form());
  let said = { ...$('[data-file-says]')?.dataset };
  let files = []; // { id, name, size, state: starts | percent | there | bad, percent, why, stop }

  const jsonOf = async (answer) => {
    try { return (answer.headers.get('content-type') || '').includes('json') ? await answer.json() : null; } catch { return null; }
  };
  const post = async (way, fields, again = true) => {
    const body = new URLSearchParams({ csrf: $('input[name=csrf]', form()).value, ...fields });
    const answer = await ask(`${here}/${way}`, { method: 'POST', body, headers: inJson });
    const told = await jsonOf(answer);
    if (answer.status === 401) desk.leave('out');
    if (told?.code === 'csrf' && again && await desk.renew()) return post(way, fields, false);
    return { ok: answer.ok, told };
  };
  const sizeOf = (bytes) => (bytes < 1e6
    ? filled(said.kb, { number: Math.max(1, Math.round(bytes / 1000)) })
    : filled(said.mb, { number: (bytes / 1e6).toFixed(1) }));

  const show = () => {
    const at = place();
    if (!at) return;
    said = { ...$('[data-file-says]', at).dataset };
    $('[data-scripted]', at).hidden = false;
    $('[name=attachments]', at).value = files.filter((one) => one.state === 'there').map((one) => one.id).join(' ');
    const list = $('[data-chips]', at);
    while (list.children.length > files.length) list.lastChild.remove();
    files.forEach((one, n) => {
      if (!list.children[n]) list.append(document.importNode($('template[data-chip]', at).content, true));
      const chip = list.children[n];
      const text = one.why || filled(said[one.state] || said.broken, { percent: one.percent });
      $('[data-name]', chip).textContent = one.name;
      $('[data-size]', chip).textContent = sizeOf(one.size);
      if ($('[data-state]', chip).textContent !== text) $('[data-state]', chip).textContent = text;
      $('[data-off] .vh', chip).textContent = filled(said.off, { name: one.name });
      const bar = $('progress', chip);
      bar.hidden = one.state !== 'percent';
      bar.value = one.percent || 0;
      chip.classList.toggle('bad', one.state === 'bad');
      chip.file = one;
    });
  };

  // The bytes go by XMLHttpRequest, which alone tells how far they are.
  const upload = (one, to, file) => new Promise((done) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(to.fields)) body.append(name, value);
    body.append('file', file); // last: what follows it is not looked at
    const call = new XMLHttpRequest();
    call.upload.addEventListener('progress', (e) => {
      if (!e.lengthComputable) return;
      one.state = 'percent';
      one.percent = Math.floor((e.loaded * 100) / e.total);
      show();
    });
    call.addEventListener('loadend', () => done(call.status >= 200 && call.status < 300));
    one.stop = () => call.abort();
    call.open('POST', to.url);
    call.send(body);
  });
  const bring = async (file) => {
    const one = { id: '', name: file.name || 'file', size: file.size, state: 'starts', percent: 0, why: '', stop: () => {} };
    files.push(one);
    show();
    const begun = await post('uploads', { name: one.name, type: file.type, size: file.size }).catch(() => null);
    if (begun?.ok) {
      one.id = begun.told.id;
      if (one.off) { remove(one); return; }
      one.state = await upload(one, begun.told.upload, file) ? 'there' : 'bad';
    } else {
      one.state = 'bad';
      one.why = begun?.told?.message || '';
    }
    show();
  };
  const remove = (one) => {
    one.off = true;
    one.stop();
    files = files.filter((other) => other !== one);
    show();
    if (one.id) post('uploads/remove', { upload: one.id }).catch(() => {}); // else it goes by itself after a day
  };

  addEventListener('change', (e) => {
    if (!e.target.matches?.('[data-attach]')) return;
    [...e.target.files].forEach(bring);
    e.target.value = '';
  });
  addEventListener('click', (e) => {
    const off = e.target.closest?.('[data-off]');
    const chip = off?.closest('.chip');
    if (!chip) return;
    remove(chip.file);
    ($('[data-off]', place()) || $('[data-attach]', place()))?.focus();
  });
  addEventListener('paste', (e) => {
    const given = e.target.matches?.('.composer [name=text]') ? [...(e.clipboardData?.files || [])] : [];
    if (!given.length || !place()) return;
    e.preventDefault();
    given.forEach(bring);
  });
  const carries = (e) => place() && e.dataTransfer?.types.includes('Files') && e.target.closest?.('main');
  addEventListener('dragover', (e) => {
    if (!carries(e)) return;
    e.preventDefault();
    place().classList.add('over');
  });
  addEventListener('dragleave', () => place()?.classList.remove('over'));
  addEventListener('drop', (e) => {
    if (!carries(e)) return;
    e.preventDefault();
    place().classList.remove('over');
    const mode = $('#mode-reply');
    if (mode) mode.checked = true;
    [...e.dataTransfer.files].forEach(bring);
  });

  // -- for the composer
  desk.files = {
    ids: () => files.filter((one) => one.state === 'there').map((one) => one.id),
    // Why a reply cannot be sent yet.
    waits: () => (files.some((one) => one.state === 'starts' || one.state === 'percent') ? said.busy : ''),
    sent: (ids) => { files = files.filter((one) => !ids.includes(one.id)); show(); },
    refused: (id, why) => {
      for (const one of files) if (one.id === id) { one.state = 'bad'; one.why = why; }
      show();
    },
  };
  const compose = desk.compose;
  desk.compose = (next) => { compose(next); show(); };
  (async () => {
    const answer = place() && await ask(`${here}/uploads`, { headers: inJson }).catch(() => null);
    const told = answer?.ok && await jsonOf(answer);
    const known = new Set(files.map((one) => one.id)); // what was brought while the answer was on its way
    for (const one of told?.uploads || []) if (!known.has(one.id)) files.push({ ...one, state: 'there', percent: 100, why: '', stop: () => {} });
    show();
  })();
})();
