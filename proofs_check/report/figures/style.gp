# What all figures share; before it come `table`, `narrow`, and the colours: ink, muted, rule, background, colour1 ....
set encoding utf8
set datafile separator ','
set datafile missing ''
set border 3 linecolor rgb muted
set tics nomirror textcolor rgb ink
set xlabel textcolor rgb ink
set ylabel textcolor rgb ink
set title textcolor rgb ink
set key textcolor rgb ink
set key outside bottom center horizontal samplen 2 height 0.7 spacing 1.2
set xlabel offset 0, 0.3
set grid linecolor rgb rule linewidth 1 linetype 1
set style fill solid 0.3 noborder
