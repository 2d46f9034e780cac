set logscale x
set xlabel 'rounds'
set ylabel 'angle (degrees)'
set yrange [0:125]
set ytics 0, 30
plot for [f in '0.05 0.1 0.2 0.5'] table skip 2 using ($1 == f + 0 && $2 > 0 ? $2 : NaN):3 with lines title sprintf("f = %s", f)
