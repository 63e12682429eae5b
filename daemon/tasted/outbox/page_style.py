"""How the page looks: one style sheet, light and dark, system fonts only. Pure."""

_COLOURS = """
:root{color-scheme:light dark;
--paper:#f6f5f2;--card:#fff;--ink:#1d1c1a;--soft:#605d57;--line:#e2dfd8;--well:#efede8;
--match:#14684a;--match-tint:#e0f1e8;--unsure:#7a5200;--unsure-tint:#faeed3;
--error:#a3261c;--error-tint:#fbe6e3;--none:#57544e;--none-tint:#edebe6;
--accent:#1f5fa8;--shadow:0 1px 2px rgb(40 35 25/.06),0 6px 18px -8px rgb(40 35 25/.14)}
@media (prefers-color-scheme:dark){:root{
--paper:#151514;--card:#1f1f1d;--ink:#edebe6;--soft:#aaa69d;--line:#34332f;--well:#2a2927;
--match:#7fd6ae;--match-tint:#1b3a2c;--unsure:#efc36c;--unsure-tint:#3d3016;
--error:#ff9d92;--error-tint:#47211d;--none:#b9b5ac;--none-tint:#32312d;
--accent:#8fbdf2;--shadow:none}}
"""

_BASE = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
header,main,footer{max-width:78rem;margin:0 auto;padding:0 clamp(1rem,4vw,2.5rem)}
h1,h2,h3,p,ul,ol,dl,dd{margin:0;padding:0}
ul,ol{list-style:none}
a{color:var(--accent)}
a:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
h1,h2,h3{line-height:1.2;letter-spacing:-.015em;text-wrap:balance}
p,li,h3{overflow-wrap:anywhere}
"""

_TOP = """
header{padding-top:clamp(1.5rem,5vw,3rem);padding-bottom:1.25rem;display:grid;
grid-template-columns:1fr auto;gap:.25rem 1.5rem;align-items:center}
.brand{grid-column:1/-1;font-weight:650;color:var(--soft);letter-spacing:.01em}
h1{font-size:clamp(2rem,5vw,2.75rem);font-weight:700}
.state{justify-self:end;font-weight:600;font-size:.9375rem}
.state span{display:inline-flex;align-items:center;gap:.5em;padding:.35em .85em;
border-radius:1.1rem;background:var(--none-tint);color:var(--none)}
.state span::before{content:"";flex:none;width:.6em;height:.6em;border-radius:50%;
background:currentColor}
.state.calm span{background:var(--match-tint);color:var(--match)}
.state.busy span{background:var(--unsure-tint);color:var(--unsure)}
.state.held span{background:var(--error-tint);color:var(--error)}
.state.held span::before{border-radius:1px}
.state.off span::before{background:none;border:2px solid currentColor}
.as-of{grid-column:1/-1;color:var(--soft)}
nav{grid-column:1/-1;margin-top:.75rem}
nav ul{display:flex;flex-wrap:wrap;gap:.5rem}
nav a{display:block;padding:.4rem .85rem;border:1px solid var(--line);border-radius:.6rem;
background:var(--card);color:var(--ink);text-decoration:none;font-size:.9375rem}
nav a:hover{border-color:var(--soft)}
nav b{font-variant-numeric:tabular-nums}
.notice{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--accent);
border-radius:.6rem;padding:1rem 1.25rem;margin:0 0 1rem}
.notice h2{font-size:1.0625rem}
.notice p{margin-top:.3rem;color:var(--soft);max-width:65ch}
.notice .remedy{color:var(--ink);font-weight:550}
.notice .remedy::before{content:"\\2192\\a0" / ""}
.notice.grave{border-left-color:var(--error);background:var(--error-tint)}
.notice.grave p{color:var(--ink)}
@media (max-width:40rem){header{grid-template-columns:1fr}.state{justify-self:start;
margin:.4rem 0}}
"""

_CARDS = """
.group{padding-top:1.25rem}
.group+.group{padding-top:2.5rem}
.group>h2{font-size:1.375rem;padding-bottom:.9rem}
.group>h2 span{color:var(--soft);font-weight:500;font-variant-numeric:tabular-nums}
.group>h2 small{font-size:.875rem;font-weight:450;color:var(--soft);letter-spacing:0;
margin-left:.4em}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr));
gap:1.25rem}
.card{display:flex;flex-direction:column;background:var(--card);border:1px solid var(--line);
border-radius:.9rem;overflow:hidden;box-shadow:var(--shadow);
contain-intrinsic-size:auto 38rem;content-visibility:auto}
.picture{display:block;aspect-ratio:5/4;background:var(--well);overflow:hidden}
.picture img{display:block;width:100%;height:100%;object-fit:cover;object-position:50% 35%;
font-size:.875rem;color:var(--soft)}
a.picture:focus-visible,.photos a:focus-visible{outline-offset:-4px}
.photos{display:grid;gap:2px;grid-template-columns:1fr 1fr;grid-auto-rows:minmax(0,1fr)}
.photos a{display:block;min-height:0;overflow:hidden}
.photos.of1{grid-template-columns:1fr}
.photos.of3 a:first-child{grid-row:span 2}
.gone{display:grid;place-items:center;text-align:center;color:var(--soft);font-size:.875rem;
padding:1rem;background:repeating-linear-gradient(45deg,transparent 0 9px,var(--line) 9px 10px)}
.gone p{background:var(--card);padding:.3rem .7rem;border-radius:.4rem}
.body{padding:1rem 1.1rem 1.1rem;display:flex;flex-direction:column;flex:1}
.sign{display:flex;flex-wrap:wrap;gap:.4rem;font-size:.8125rem;font-weight:650;
margin-bottom:.5rem}
.verdict{display:inline-flex;gap:.4em;padding:.15em .65em;border-radius:1rem;
background:var(--none-tint);color:var(--none)}
.match .verdict{background:var(--match-tint);color:var(--match)}
.unsure .verdict{background:var(--unsure-tint);color:var(--unsure)}
.error .verdict{background:var(--error-tint);color:var(--error)}
.judged,.count{padding:.15em .1em;color:var(--soft)}
h3{font-size:1.0625rem;font-weight:650}
.file{font-size:.8125rem;color:var(--soft)}
.figure{margin-top:.6rem;font-size:.875rem;color:var(--soft)}
.figure b{font-size:1.25rem;color:var(--ink);letter-spacing:-.02em;
font-variant-numeric:tabular-nums}
.bar{height:.5rem;border-radius:.25rem;background:var(--well);overflow:hidden;margin:.2rem 0 .1rem}
.bar i{display:block;height:100%;background:var(--none)}
.match .bar i{background:var(--match)}
.unsure .bar i{background:var(--unsure)}
.bar.rough i{-webkit-mask:repeating-linear-gradient(115deg,#000 0 5px,#0006 5px 9px);
mask:repeating-linear-gradient(115deg,#000 0 5px,#0006 5px 9px)}
.rank{font-size:.875rem;color:var(--soft);margin-top:.3rem}
.summary{margin-top:.6rem;font-size:.9375rem}
.reasons{margin-top:.5rem;font-size:.875rem;color:var(--soft)}
.reasons li{padding-left:1em;text-indent:-1em}
.reasons li::before{content:"\\2013\\a0" / "";display:inline-block;width:1em;text-indent:0}
.near{display:grid;grid-template-columns:repeat(auto-fit,minmax(6.875rem,1fr));
gap:.6rem .5rem;margin-top:auto;padding-top:.9rem}
.near dt{white-space:nowrap;font-size:.75rem;font-weight:600;color:var(--soft);margin-bottom:.25rem}
.near dt small{display:block;font-size:.6875rem;font-weight:450}
.near ul{display:flex;flex-wrap:wrap;gap:.25rem}
.near li{text-align:center;width:2.125rem}
.near img{display:block;width:2.125rem;height:2.125rem;border-radius:.4rem;object-fit:cover;
background:var(--well);font-size:.5rem;overflow:hidden}
.similarity{font-size:.6875rem;color:var(--soft);font-variant-numeric:tabular-nums}
.when,.again{font-size:.75rem;color:var(--soft);margin-top:.75rem}
.again+.when{margin-top:.2rem}
.card .remedy{margin-top:.5rem;font-size:.875rem;padding:.55rem .75rem;border-radius:.5rem;
background:var(--well)}
.slim{grid-template-columns:repeat(auto-fill,minmax(min(100%,24rem),1fr))}
.slim .card{flex-direction:row;contain-intrinsic-size:auto 12rem}
.slim .picture{flex:none;width:6rem;aspect-ratio:auto}
.slim .gone{padding:.3rem;font-size:.75rem}
.slim .body{min-width:0}
footer{padding-top:2.5rem;padding-bottom:3rem;font-size:.8125rem;color:var(--soft)}
footer p+p{margin-top:.3rem}
@media (max-width:30rem){.cards{gap:.9rem}.slim .picture{width:4.5rem}}
@media print{body{background:#fff}.card{break-inside:avoid;box-shadow:none}}
"""

STYLE = _COLOURS + _BASE + _TOP + _CARDS
