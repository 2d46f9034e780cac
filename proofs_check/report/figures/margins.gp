# A row a claim; `rows` of them. Margins at or below zero are drawn at the left edge.
set logscale x
set format x '10^{%T}'
set xrange [1e-20:3]
set yrange [rows + 0.5:0.5]
set border 1
set xlabel 'smallest margin'
set ytics scale 0
step = (narrow ? 1e5 : 100)
set xtics 1e-20, step
unset grid
set grid x linecolor rgb rule linewidth 1 linetype 1
set bmargin 6
# On a narrow screen a claim's name is above its row.
if (narrow) { set lmargin 2; set ytics left offset 1, 0.7; unset grid }
at(value) = value > 1e-20 ? value : 1e-20
plot table every ::1 using (at($3)):1:ytic(2) with points pointtype 7 pointsize 0.9 linecolor rgb colour1 title 'of the cases', \
     table every ::1 using (strlen(strcol(4)) ? at($4) : NaN):1 with points pointtype 6 pointsize 1.1 linecolor rgb colour2 title 'of the search', \
     table every ::1 using ($3 <= 0 ? 1e-20 : NaN):1 with points pointtype 2 pointsize 1.5 linecolor rgb colour5 title 'fails'
