'use strict';
const $ = id => document.getElementById(id);
const state = { record: 1, zoom: null, boxes: false, version: 0, pages: [], shown: null, round: 0 };

const fetchJson = async path => (await fetch(path)).json();

/** Shows what the server has now: faults, then the record. */
async function refresh() {
  const round = ++state.round;
  const now = await fetchJson('state');
  if (round !== state.round) return;
  state.version = now.version;
  if (now.name) { $('job').textContent = now.name; document.title = now.name + ' – preview'; }
  showFaults(now);
  $('pages').classList.toggle('stale', !now.can_show);
  if (!now.can_show) { $('status').textContent = 'faults: the pages are those of the last state without any'; return; }
  await show(round);
  countRecords();
  if (round !== state.round) return;
  const checked = await fetchJson('check');
  if (round === state.round && !now.text && checked.text) showFaults({ text: checked.text, faults: [], title: 'What a run would hold or could not find' });
}

function showFaults(now) {
  const errors = now.faults.filter(fault => fault.severity === 'error').length;
  const warnings = now.faults.length - errors;
  const bad = errors > 0 || now.can_show === false;
  $('faults').hidden = !now.text;
  $('faults').classList.toggle('bad', bad);
  const parts = [];
  if (errors) parts.push(errors + (errors === 1 ? ' fault' : ' faults'));
  if (warnings) parts.push(warnings + (warnings === 1 ? ' warning' : ' warnings'));
  $('faults-title').textContent = now.title || parts.join(', ') || 'The data cannot be read';
  $('faults-text').textContent = (now.text || '').trimEnd();
}

async function countRecords() {
  const { count } = await fetchJson('count');
  if (count !== undefined) $('of').textContent = 'of ' + count.toLocaleString('en');
}

async function show(round) {
  const found = await fetchJson('record?n=' + state.record);
  if (round !== undefined && round !== state.round) return;
  state.shown = found;
  $('number').value = state.record;
  $('data-text').textContent = pretty(found.data || '');
  if (found.missing || found.held || found.error) {
    state.pages = [];
    const box = document.createElement('div');
    box.className = 'held';
    const title = document.createElement('h2'), text = document.createElement('p');
    title.textContent = found.held ? 'This record is held: ' + found.held.code : found.error ? 'It cannot be shown' : 'There is no record ' + state.record;
    text.textContent = found.held ? found.held.reason : found.error || 'Records are counted from 1 through all inputs.';
    box.append(title, text);
    if (found.held && found.held.place) {
      const place = document.createElement('p');
      place.className = 'place';
      place.textContent = found.held.place;
      box.append(place);
    }
    $('pages').replaceChildren(box);
    $('status').textContent = ''; $('hash').textContent = '';
    return;
  }
  state.pages = found.pages;
  $('status').textContent = [found.title, found.id !== found.title && found.id, found.layout,
    found.pages.length + (found.pages.length === 1 ? ' page' : ' pages'),
    ...found.slots, ...found.remarks].filter(Boolean).join('  ·  ');
  $('hash').textContent = found.hash;
  await draw(round);
}

const pretty = text => { try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; } };

/** Pixels of the screen per point. */
function scale() {
  if (state.zoom) return state.zoom;
  const tallest = Math.max(...state.pages.map(page => page.height), 1);
  return Math.max(0.3, Math.min(2.5, ($('pages').clientHeight - 66) / tallest));
}

async function draw(round) {
  const points = scale(), dpi = Math.min(600, Math.round(72 * points * (window.devicePixelRatio || 1)));
  $('zoom').textContent = Math.round(points * 75) + ' %';
  // Every picture is loaded before the first is exchanged: a page never flickers.
  const pictures = await Promise.all(state.pages.map((page, index) => new Promise(done => {
    const picture = new Image();
    picture.onload = picture.onerror = () => done(picture);
    picture.alt = 'Page ' + (index + 1);
    picture.src = 'page?n=' + state.record + '&p=' + index + '&dpi=' + dpi + '&v=' + state.version;
  })));
  if (round !== undefined && round !== state.round) return;
  $('pages').replaceChildren(...pictures.map((picture, index) => {
    const page = document.createElement('figure');
    page.className = 'page';
    page.style.width = state.pages[index].width * points + 'px';
    page.style.height = state.pages[index].height * points + 'px';
    page.style.margin = '0 0 14px';
    const caption = document.createElement('figcaption');
    caption.textContent = (index + 1) + ' of ' + state.pages.length;
    page.append(picture, caption);
    return page;
  }));
  document.body.dataset.version = state.version;
  if (state.boxes) await outline();
}

/** Lays the boxes of all elements over the pages. */
async function outline() {
  const points = scale();
  const pages = [...document.querySelectorAll('.page')];
  const all = await Promise.all(pages.map((_, index) => fetchJson('boxes?n=' + state.record + '&p=' + index)));
  pages.forEach((page, index) => {
    page.querySelectorAll('.box').forEach(box => box.remove());
    for (const made of all[index]) {
      const box = document.createElement('div');
      box.className = 'box' + (made.element === 'region' ? ' region' : '');
      box.style.left = made.x * points + 'px'; box.style.top = made.y * points + 'px';
      box.style.width = made.width * points + 'px'; box.style.height = Math.max(made.height * points, 1) + 'px';
      box.style.zIndex = made.depth;
      box.dataset.line = made.line; box.dataset.element = made.element;
      box.addEventListener('mousemove', event => tip(event, made));
      box.addEventListener('mouseleave', () => { $('tip').hidden = true; });
      page.append(box);
    }
  });
}

function tip(event, made) {
  const name = document.createElement('b'), place = document.createElement('span');
  name.textContent = made.title;
  place.textContent = '  ' + made.file + ':' + made.line + '  ' + made.width.toFixed(1) + ' × ' + made.height.toFixed(1) + ' pt';
  $('tip').replaceChildren(name, place);
  $('tip').hidden = false;
  $('tip').style.left = Math.min(event.clientX + 14, innerWidth - 300) + 'px';
  $('tip').style.top = Math.min(event.clientY + 16, innerHeight - 40) + 'px';
}

function go(record) {
  state.record = Math.max(1, record || 1);
  state.round++;
  show(state.round);
}

async function search(event) {
  event.preventDefault();
  const query = $('query').value;
  if (!query) return;
  $('note').textContent = 'searching …';
  let from = state.record + 1;
  for (let rounds = 0; rounds < 2;) {
    const found = await fetchJson('find?q=' + encodeURIComponent(query) + '&n=' + from);
    if (found.record) { $('note').textContent = ''; go(found.record); return; }
    if (found.next) { from = found.next; $('note').textContent = 'searching … ' + from.toLocaleString('en'); } else { from = 1; rounds++; }
  }
  $('note').textContent = 'no record holds “' + query + '”';
}

function zoom(factor) {
  state.zoom = factor ? Math.max(0.25, Math.min(6, scale() * factor)) : null;
  draw();
}

function toggleBoxes() {
  state.boxes = !state.boxes;
  $('boxes').setAttribute('aria-pressed', state.boxes);
  if (state.boxes) outline(); else { document.querySelectorAll('.box').forEach(box => box.remove()); $('tip').hidden = true; }
}

function toggleData() {
  $('data').hidden = !$('data').hidden;
  $('datum').setAttribute('aria-pressed', !$('data').hidden);
}

$('previous').onclick = () => go(state.record - 1);
$('next').onclick = () => go(state.record + 1);
$('number').onchange = () => go(parseInt($('number').value, 10));
$('search').onsubmit = search;
$('in').onclick = () => zoom(1.25);
$('out').onclick = () => zoom(0.8);
$('zoom').onclick = () => zoom(null);
$('boxes').onclick = toggleBoxes;
$('datum').onclick = toggleData;
window.addEventListener('keydown', event => {
  if (event.target.tagName === 'INPUT') { if (event.key === 'Escape') event.target.blur(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const keys = { ArrowLeft: () => go(state.record - 1), ArrowRight: () => go(state.record + 1), '+': () => zoom(1.25), '=': () => zoom(1.25),
    '-': () => zoom(0.8), '0': () => zoom(null), b: toggleBoxes, d: toggleData, '/': () => $('query').focus() };
  if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
});
let resizing;
window.addEventListener('resize', () => { clearTimeout(resizing); resizing = setTimeout(() => state.zoom || draw(), 150); });

const events = new EventSource('events');
events.onmessage = event => { if (Number(event.data) !== state.version) refresh(); };
events.onerror = () => { $('note').textContent = 'the preview has ended, or cannot be reached'; };
events.onopen = () => { $('note').textContent = ''; };
