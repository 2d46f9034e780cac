# A header as doxygen is to read it, line for line. The comment that it begins with becomes the file's documentation; a
# block of `///` becomes one comment, and its indented lines, formulas and tables, are shown as they are typed.

NR == 1 { is_head = /^\/\// }
is_head { is_head = sub(/^\/\//, "///"); sub(/^#pragma once/, "/// \\file") }

{
  is_comment = sub(/^ *\/\/\/ ?/, "")
  is_formula = is_comment && /^  +[^ ]/
  if (was_formula && is_comment && !is_formula) $0 = "\\endverbatim " $0
  if (was_formula && !is_comment) held = held " \\endverbatim"
  if (was_comment && !is_comment) held = held " */"
  if (is_comment && !was_comment) $0 = "/** " $0
  if (is_formula && !was_formula) held = held " \\verbatim"
  was_comment = is_comment
  was_formula = is_formula
  if (NR > 1) print held
  held = $0
}

END { print held }
