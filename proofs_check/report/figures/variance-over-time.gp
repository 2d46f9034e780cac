set logscale y
set format y '10^{%T}'
set xlabel 'time t'
set ylabel 'gradient variance at t'
set xrange [0:1]
set xtics 0, 0.25
if (narrow) { set key vertical maxcols 1 }
plot for [i = 2:5] table using 1:i with lines linetype i - 1 title columnheader(i)
