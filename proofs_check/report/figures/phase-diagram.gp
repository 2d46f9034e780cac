set xlabel 'angle of the rotation (degrees)'
set ylabel 'noise s'
set xrange [0:180]
set xtics 0, 30
set yrange [0:1.05]
curve(i) = strcol(1) eq 'curve' ? column(i) : NaN
set label (narrow ? 'OT field lower' : 'OT field: lower variance and loss') at 176, 0.97 right textcolor rgb ink
set label (narrow ? 'pair field lower' : 'pair field: lower variance and loss') at 6, 0.08 textcolor rgb ink
if (narrow) { set key vertical maxcols 2 }
# A macro, since a plot without a box would still have its line in the key.
proved = !boxes ? '' : "table skip 2 using (strcol(1) eq 'box' ? ($2 + $3) / 2 : NaN):(($4 + $5) / 2):2:3:4:5 with boxxyerror \
  fillstyle solid 0.35 border linecolor rgb colour1 title 'proved boxes',"
plot @proved \
     table skip 2 using (curve(2)):3 with lines linetype 1 title 'F*, d = 2', \
     table skip 2 using (curve(2)):4 with lines linetype 3 title 'F*, d = 8', \
     table skip 2 using (curve(2)):5 with lines linetype 4 title 'F*, d = 32', \
     table skip 2 using (curve(2)):6 with lines linetype 2 dashtype 2 title 'loss: sin φ/φ'
