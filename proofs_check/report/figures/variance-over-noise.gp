set logscale xy
set format y '10^{%T}'
set xlabel 'noise s'
set ylabel 'gradient variance'
set xrange [0.01:1]
set xtics (0.01, 0.03, 0.1, 0.3, 1)
set arrow from crossover, graph 0 to crossover, graph 1 nohead dashtype 2 linecolor rgb muted
set label 's*' at crossover, graph 0.04 offset 0.5 textcolor rgb ink
if (narrow) { set key vertical maxcols 1 }
plot for [i = 2:5] table using 1:i with lines linetype i - 1 title columnheader(i)
