set logscale x
set format x '%g'
set yrange [rows + 0.5:0.5]
set border 1
set xlabel 'mean'
set ytics scale 0
unset grid
set grid x linecolor rgb rule linewidth 1 linetype 1
set bmargin 6
# On a narrow screen a row's name is above it.
if (narrow) { set lmargin 2; set ytics left offset 1, 0.7 }
plot table skip 2 using ($3 > 0 ? $3 : NaN):1:ytic(2) with points pointtype 7 pointsize 0.9 linecolor rgb colour1 title 'ours', \
     table skip 2 using 4:1 with points pointtype 6 pointsize 1.2 linecolor rgb colour2 title 'the paper'
