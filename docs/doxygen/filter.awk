# A header as doxygen is to read it, line for line, so that headers need no markup:
#   - the comment that a file begins with is the file's documentation;
#   - `///` holds for every declaration down to the next blank line, `///<` for every member of its line;
#   - indented lines of a comment are formulas and tables, shown as they are typed.

function put(line) {
  if (NR > 1) print held
  held = line
}

function end_comment(  end) {
  end = (in_formula ? " \\endverbatim" : "") " */"
  held = held end
  comment = "/**" comment end
  in_comment = in_formula = 0
}

NR == 1 { in_head = /^\/\/ / }
in_head { in_head = sub(/^\/\//, "///"); sub(/^#pragma once/, "/// \\file") }

# A line of a comment.
match($0, /^ *\/\/\//) {
  if (!in_comment) { column = RLENGTH; comment = ""; is_after_declaration = 0 }
  text = substr($0, RLENGTH + 2)
  is_formula = text ~ /^  +[^ ]/
  if (is_formula && !in_formula) { held = held " \\verbatim"; comment = comment " \\verbatim" }
  if (in_formula && !is_formula) text = "\\endverbatim " text
  comment = comment " " text
  put((in_comment ? "" : "/** ") text)
  in_comment = 1
  in_formula = is_formula
  next
}
in_comment { end_comment() }

# A line of code.
/^$/ { comment = "" }
{
  code = trailing = $0
  sub(/ *\/\/.*/, "", code)
  if (!sub(/.*\/\/\/< /, "", trailing)) trailing = ""
}
trailing && code ~ /^ *[^ ]+ [a-z0-9_]+(, [a-z0-9_]+)+;$/ {
  sub(/^ */, "", code)
  count = split(code, word, /,? |;/)
  $0 = ""
  for (i = 2; i < count; ++i) $0 = $0 word[1] " " word[i] "; /**< " trailing " */ "
}
comment && is_after_declaration && !trailing && code !~ /= delete/ && match($0, /^ *[^ }]/) {
  if (RLENGTH + 2 == column) $0 = comment " " $0
}
{
  if (code ~ /[^ ]/) is_after_declaration = code ~ /[;}] *$/
  put($0)
}

END {
  if (in_comment) end_comment()
  print held
}
