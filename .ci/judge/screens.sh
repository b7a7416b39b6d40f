#!/bin/bash
# screens.sh TARGET_DIR STATEMENTS_OUT INVOICES_OUT   draws sample pages for people to look at: nothing is judged here.
set -euo pipefail
to=$1
mkdir -p "$to"
draw() { pdftoppm -png -r 110 -singlefile -f "$2" -l "$2" "$1" "$to/$3"; }
first() { printf '%s\n' "$1"/*.pdf | head -n 1; }
volume=$(first "$2/volumes")
draw "$volume" 1 statement-page-1
draw "$volume" 2 statement-page-2
draw "$(first "$2/print")" 1 statement-print-1
draw "$(first "$3/volumes")" 1 invoice-page-1
echo "PASS screens: $to"
