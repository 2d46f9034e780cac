# Left the lines of pairs, right the flow of the noisy minimiser from the same sources.
set size ratio -1
set xrange [-2:7]
set yrange [-2:7]
set xtics 0, 2.5
set ytics 0, 2.5
unset key
of(name) = strcol(2) eq name ? $4 : NaN
if (narrow) { set multiplot layout 2,1 } else { set multiplot layout 1,2 }
do for [kind in 'pair noisy'] {
  set title (kind eq 'pair' ? 'the pairs, f = 0' : 'the noisy minimiser, f = 0.2')
  plot table skip 2 using (of(kind)):5 with lines linecolor rgb colour1 linewidth 1.2, \
       table skip 2 using (strcol(2) eq kind && $3 == 0 ? $4 : NaN):5 with points pointtype 6 pointsize 0.8 linecolor rgb ink, \
       table skip 2 using (strcol(2) eq kind && $3 == 1 ? $4 : NaN):5 with points pointtype 7 pointsize 0.8 linecolor rgb colour2
}
