#!/bin/bash
# pdfs.sh OUT_DIR...   Other people's PDF readers on every volume and print file of finished jobs.
#   qpdf       syntax, cross-reference table and all streams, whole file
#   veraPDF    PDF/A-2b: volumes must pass; print files must pass what they claim, and need not claim anything
#   mupdf, poppler, ghostscript   draw pages from the start, middle and end and must say nothing
#   pdffonts   every font embedded, with ToUnicode
# Before that, veraPDF must refuse copies of a volume that were broken on purpose (break.py).
# PY names a Python with pikepdf; THREADS (default 2) files are with veraPDF at a time.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
py=${PY:-python3}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export THREADS=${THREADS:-2}
files=0 bad=0
fault() { bad=$((bad + 1)); printf '  %s: %s\n' "$1" "$2"; }
said() { tr '\n' ' ' <"$tmp/said" | cut -c1-300; }

# quiet NAME FILE COMMAND...: the command must succeed and print nothing.
quiet() {
  local name=$1 file=$2
  shift 2
  if ! "$@" >"$tmp/said" 2>&1; then
    fault "$name" "$file: $(said)"
    return
  fi
  # Debian builds mupdf without colour management and it says so; that is no fault of the file.
  sed -i '/ICC support is not available/d' "$tmp/said"
  [ -s "$tmp/said" ] && fault "$name" "$file: $(said)"
  return 0
}

judge_file() {
  local file=$1 pages middle
  qpdf --check "$file" >"$tmp/said" 2>&1 || fault qpdf "$file: $(said)"
  pages=$(pdfinfo "$file" | awk '/^Pages:/ { print $2 }')
  middle=$(((pages + 1) / 2))
  quiet mupdf "$file" mutool draw -q -r 50 -F pnm -o /dev/null "$file" "1,$middle,$pages"
  # Ascending and each once: ghostscript insists.
  quiet ghostscript "$file" gs -q -dNOPAUSE -dBATCH -dSAFER -sDEVICE=nullpage \
    -sPageList="$(printf '%s\n' 1 "$middle" "$pages" | sort -nu | paste -sd,)" "$file"
  for page in 1 "$middle" "$pages"; do
    quiet poppler "$file" pdftoppm -r 50 -f "$page" -l "$page" "$file" "$tmp/page"
  done
  # Columns from the right: object number (2), uni, sub, emb.
  pdffonts "$file" 2>"$tmp/said" | awk 'NR > 2 && ($(NF-4) != "yes" || $(NF-2) != "yes") { print $1 }' | sort -u >"$tmp/fonts"
  [ -s "$tmp/said" ] && fault pdffonts "$file: $(said)"
  [ -s "$tmp/fonts" ] && fault pdffonts "$file: not embedded or without ToUnicode: $(tr '\n' ' ' <"$tmp/fonts")"
  return 0
}

volumes=() prints=()
for out in "$@"; do
  before=${#volumes[@]}
  for file in "$out"/volumes/*.pdf; do [ ! -f "$file" ] || volumes+=("$file"); done
  [ ${#volumes[@]} -gt "$before" ] || fault files "$out has no volume"
  before=${#prints[@]}
  for file in "$out"/print/*.pdf; do [ ! -f "$file" ] || prints+=("$file"); done
  [ ${#prints[@]} -gt "$before" ] || fault files "$out has no print file"
done
for file in "${volumes[@]}" "${prints[@]}"; do
  judge_file "$file"
  files=$((files + 1))
done

if [ ${#volumes[@]} -gt 0 ]; then
  # A judge that says yes to everything is no judge: each broken copy must be refused for the clause it breaks.
  smallest=$(stat -c $'%s\t%n' "${volumes[@]}" | sort -n | head -n 1 | cut -f2)
  "$py" "$here/break.py" "$smallest" "$tmp" >"$tmp/broken"
  cut -f2 "$tmp/broken" | xargs -d '\n' "$here/verapdf/run.sh" 2b >"$tmp/refused" 2>&1 || true
  while IFS=$'\t' read -r clause copy; do
    grep -F "$copy" "$tmp/refused" | grep -qE "^FAIL.*[[:space:]]${clause//./\\.}" ||
      fault veraPDF "a copy that breaks $clause is not refused for it: $(grep -F "$copy" "$tmp/refused" | cut -c1-200)"
  done <"$tmp/broken"

  "$here/verapdf/run.sh" 2b "${volumes[@]}" >"$tmp/verdicts" 2>&1 || true
  "$here/verapdf/run.sh" auto "${prints[@]}" >>"$tmp/verdicts" 2>&1 || true
  good=$(grep -c '^PASS' "$tmp/verdicts" || true)
  free=$(grep -c '^NOCLAIM' "$tmp/verdicts" || true)
  [ $((good + free)) -eq "$files" ] || fault veraPDF "$good pass and $free claim nothing, of $files"
  grep -vE '^(PASS|NOCLAIM)' "$tmp/verdicts" | head -n 40 || true
  # A volume without a claim fails clause 6.6.4 of 2b above, so NOCLAIM can only be a print file.
  summary="veraPDF passes $good, $free print files claim nothing"
fi
[ "$bad" = 0 ] && [ "$files" -gt 0 ] && verdict=PASS || verdict=FAIL
echo "$verdict pdfs: $files files by qpdf, mupdf, poppler, ghostscript; ${summary:-nothing for veraPDF}; $bad faults"
[ "$verdict" = PASS ]
