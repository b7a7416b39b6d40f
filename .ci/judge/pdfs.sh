#!/bin/bash
# pdfs.sh OUT_DIR...   Other people's PDF readers on every volume and print file of finished jobs.
#   qpdf         syntax, cross-reference table and all streams, whole file
#   mupdf        draws every page and must say nothing
#   ghostscript  interprets every page of the first and the last volume of each job and some fifty of each other file
#   poppler      draws pages from the start, middle and end (readback.py lets it read every page)
#   pdffonts     every font embedded, with ToUnicode
#   veraPDF      PDF/A-2a and PDF/UA-1 for the first and the last volume of each job, PDF/A-2b for its first and last print file: every
#                one must pass (a volume of a thousand documents takes it a minute; the stage `tags` gives it hostile ones)
# In the same run veraPDF must refuse copies of a volume that were broken on purpose (break.py).
# PY names a Python with pikepdf; THREADS (default 2) files are judged at a time.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
py=${PY:-python3}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export THREADS=${THREADS:-2}
fault() { printf '  %s: %s\n' "$1" "$2"; }
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
  [ ! -s "$tmp/said" ] || fault "$name" "$file: $(said)"
}

# judge_file whole|some FILE: prints a line for each fault; `some` spares ghostscript most of the pages.
judge_file() {
  local extent=$1 file=$2 pages middle some=()
  qpdf --check "$file" >"$tmp/said" 2>&1 || fault qpdf "$file: $(said)"
  pages=$(pdfinfo "$file" 2>/dev/null | awk '/^Pages:/ { print $2 }') || pages=
  [ -n "$pages" ] || { fault poppler "$file: cannot be read" && return; }
  middle=$(((pages + 1) / 2))
  quiet mupdf "$file" mutool draw -q -r 36 -F pnm -o /dev/null "$file"
  # Ascending, and not too long a list: ghostscript insists on both.
  [ "$extent" = whole ] || some=("-sPageList=$(seq 1 $((pages / 50 + 1)) "$pages" | paste -sd,)")
  quiet ghostscript "$file" gs -q -dNOPAUSE -dBATCH -dSAFER -sDEVICE=nullpage "${some[@]}" "$file"
  for page in 1 "$middle" "$pages"; do
    quiet poppler "$file" pdftoppm -r 50 -f "$page" -l "$page" "$file" "$tmp/page"
  done
  # Columns from the right: object number (2), uni, sub, emb.
  pdffonts "$file" 2>"$tmp/said" | awk 'NR > 2 && ($(NF-4) != "yes" || $(NF-2) != "yes") { print $1 }' | sort -u >"$tmp/fonts"
  [ ! -s "$tmp/said" ] || fault pdffonts "$file: $(said)"
  [ ! -s "$tmp/fonts" ] || fault pdffonts "$file: not embedded or without ToUnicode: $(tr '\n' ' ' <"$tmp/fonts")"
}

if [ "${1-}" = --file ]; then # How this script calls itself, to judge files side by side.
  judge_file "$2" "$3"
  exit
fi

# Of volumes and of print files those that veraPDF judges, too: the first and the last of each job.
volumes=() prints=() judged_volumes=() judged_prints=() work=()
for out in "$@"; do
  of_job=()
  for file in "$out"/volumes/*.pdf; do [ ! -f "$file" ] || of_job+=("$file"); done
  [ ${#of_job[@]} -gt 0 ] || fault files "$out has no volume"
  for at in "${!of_job[@]}"; do
    if [ "$at" = 0 ] || [ "$at" = $((${#of_job[@]} - 1)) ]; then
      judged_volumes+=("${of_job[at]}")
      work+=(whole "${of_job[at]}")
    else
      work+=(some "${of_job[at]}")
    fi
  done
  volumes+=("${of_job[@]}")
  of_job=()
  for file in "$out"/print/*.pdf; do [ ! -f "$file" ] || of_job+=("$file"); done
  [ ${#of_job[@]} -gt 0 ] || fault files "$out has no print file"
  for at in "${!of_job[@]}"; do
    work+=(some "${of_job[at]}")
    [ "$at" != 0 ] && [ "$at" != $((${#of_job[@]} - 1)) ] || judged_prints+=("${of_job[at]}")
  done
  prints+=("${of_job[@]}")
done >"$tmp/faults"
files=$((${#volumes[@]} + ${#prints[@]}))
if [ "$files" -gt 0 ]; then
  printf '%s\0' "${work[@]}" | xargs -0 -n 2 -P "$THREADS" "$here/pdfs.sh" --file >>"$tmp/faults" ||
    fault files 'a judge ended early' >>"$tmp/faults"
fi

if [ ${#volumes[@]} -gt 0 ] && [ ${#prints[@]} -gt 0 ]; then
  # A judge that says yes to everything is no judge: each broken copy must be refused for the clause it breaks.
  smallest=$(stat -c $'%s\t%n' "${volumes[@]}" | sort -n | head -n 1 | cut -f2)
  "$py" "$here/break.py" "$smallest" "$tmp" >"$tmp/broken"
  mapfile -t broken < <(cut -f2 "$tmp/broken")
  # Side by side, one file of each at a time: the large ones are the first volume and the first print file.
  THREADS=1 "$here/verapdf/run.sh" 2a,ua1 "${broken[@]}" "${judged_volumes[@]}" >"$tmp/verdicts-volumes" 2>"$tmp/said-volumes" &
  THREADS=1 "$here/verapdf/run.sh" 2b "${judged_prints[@]}" >"$tmp/verdicts-prints" 2>"$tmp/said-prints" || true
  wait
  cat "$tmp"/verdicts-{volumes,prints} >"$tmp/verdicts"
  cat "$tmp"/said-{volumes,prints} >"$tmp/said"
  while IFS=$'\t' read -r clause copy; do
    grep -F "$copy" "$tmp/verdicts" | grep -qE "^FAIL.*[[:space:]]${clause//./\\.}" ||
      fault veraPDF "a copy that breaks $clause is not refused for it: $(grep -F "$copy" "$tmp/verdicts" | cut -c1-200) $(said)"
  done <"$tmp/broken" >>"$tmp/faults"
  good=0
  for file in "${judged_volumes[@]}" "${judged_prints[@]}"; do
    case $file in */volumes/*) wanted='2a ua1' ;; *) wanted=2b ;; esac
    passed=$(awk -F'\t' -v file="$file" '$1 == "PASS" && $3 == file { print $2 }' "$tmp/verdicts" | paste -sd' ')
    if [ "$passed" = "$wanted" ]; then
      good=$((good + 1))
    else
      # The verdict and the lines that explain it.
      fault veraPDF "$(awk -F'\t' -v file="$file" '/^[A-Z]/ { mine = $3 == file } mine' "$tmp/verdicts" | head -n 12)" >>"$tmp/faults"
    fi
  done
  summary="veraPDF finds $good of $((${#judged_volumes[@]} + ${#judged_prints[@]})) clean PDF/A-2a and PDF/UA-1, or PDF/A-2b, and refuses ${#broken[@]} broken ones"
fi
head -n 40 "$tmp/faults"
bad=$(grep -c '^  [a-zA-Z]*:' "$tmp/faults" || true)
[ "$bad" = 0 ] && [ "$files" -gt 0 ] && verdict=PASS || verdict=FAIL
echo "$verdict pdfs: $files files by qpdf, mupdf, poppler, ghostscript; ${summary:-nothing for veraPDF}; $bad faults"
[ "$verdict" = PASS ]
