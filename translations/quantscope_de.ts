<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de">
<context>
    <name>ActivationsText</name>
    <message>
        <source>embedding</source>
        <translation>Einbettung</translation>
    </message>
    <message>
        <source>%1 attention</source>
        <translation>%1 Attention</translation>
    </message>
    <message>
        <source>%1 feed-fwd</source>
        <translation>%1 Feed-fwd</translation>
    </message>
    <message>
        <source>emb</source>
        <translation>Emb</translation>
    </message>
    <message>
        <source>%1 attn</source>
        <translation>%1 Attn</translation>
    </message>
    <message>
        <source>%1 ffn</source>
        <translation>%1 ffn</translation>
    </message>
    <message>
        <source>No channel stands out.</source>
        <translation>Kein Kanal fällt auf.</translation>
    </message>
    <message>
        <source>No channel stands out above %1× the median; the largest, channel %2, reaches %3.</source>
        <translation>Kein Kanal liegt über dem %1-Fachen des Medians; der größte, Kanal %2, erreicht %3.</translation>
    </message>
    <message>
        <source>from the embedding on</source>
        <translation>von der Einbettung an</translation>
    </message>
    <message>
        <source>from layer %1 on</source>
        <translation>von Schicht %1 an</translation>
    </message>
    <message>
        <source>channel %1 reaches %2 the median</source>
        <translation>Kanal %1 erreicht %2 den Median</translation>
    </message>
    <message>
        <source>Channel %1 stands out %2; it reaches %3 the median. Formats that share a scale pay for it.</source>
        <translation>Kanal %1 fällt %2 auf; er erreicht %3 den Median. Formate mit gemeinsamer Skala zahlen dafür.</translation>
    </message>
    <message>
        <source>%1 channels stand out, %2 most, %3; %4. Formats that share a scale pay for it.</source>
        <translation>%1 Kanäle fallen auf, %2 am meisten, %3; %4. Formate mit gemeinsamer Skala zahlen dafür.</translation>
    </message>
    <message>
        <source>Channels %1 stand out %2; %3. Formats that share a scale pay for it.</source>
        <translation>Die Kanäle %1 fallen %2 auf; %3. Formate mit gemeinsamer Skala zahlen dafür.</translation>
    </message>
    <message>
        <source>channel of the residual stream</source>
        <translation>Kanal des Residualstroms</translation>
    </message>
    <message>
        <source>channel of what attention and feed-forward read</source>
        <translation>Kanal dessen, was Attention und Feed-forward lesen</translation>
    </message>
    <message>
        <source>channel of what ffn_down reads</source>
        <translation>Kanal dessen, was ffn_down liest</translation>
    </message>
    <message>
        <source>%1 down</source>
        <translation>%1 down</translation>
    </message>
</context>
<context>
    <name>LayerWords</name>
    <message>
        <source>%1 of %2 layers</source>
        <translation>%1 von %2 Schichten</translation>
    </message>
    <message>
        <source>scaled as longrope beyond %1 tokens</source>
        <translation>wie Longrope skaliert, ab %1 Token</translation>
    </message>
    <message>
        <source>scaled as llama3</source>
        <translation>wie llama3 skaliert</translation>
    </message>
    <message>
        <source>scaled by YaRN (× %1)</source>
        <translation>mit YaRN skaliert (× %1)</translation>
    </message>
    <message>
        <source>scaled by %1</source>
        <translation>um %1 skaliert</translation>
    </message>
    <message>
        <source>q and k normed in each head</source>
        <translation>q und k je Kopf normiert</translation>
    </message>
    <message>
        <source>q and k normed as a whole</source>
        <translation>q und k im Ganzen normiert</translation>
    </message>
    <message>
        <source>a window of %1 tokens in %2</source>
        <translation>ein Fenster von %1 Token in %2</translation>
    </message>
    <message>
        <source>gated delta net</source>
        <translation>Delta-Netz mit Gate</translation>
    </message>
    <message>
        <source>short convolution</source>
        <translation>kurze Faltung</translation>
    </message>
    <message>
        <source>in its place a %1 in %2</source>
        <extracomment>%1 &quot;gated delta net&quot;, %2 &quot;24 of 32 layers&quot;</extracomment>
        <translation>an ihrer Stelle %1 in %2</translation>
    </message>
    <message>
        <source>learned positions</source>
        <translation>gelernte Positionen</translation>
    </message>
    <message>
        <source>RoPE base %1</source>
        <translation>RoPE-Basis %1</translation>
    </message>
    <message>
        <source>%1 with a window</source>
        <translation>%1 bei Fenster</translation>
    </message>
    <message>
        <source>turning %1 of %2 channels</source>
        <translation>dreht %1 von %2 Kanälen</translation>
    </message>
    <message>
        <source>none in %1</source>
        <translation>keine in %1</translation>
    </message>
    <message>
        <source>scores capped at %1</source>
        <translation>Punktwerte begrenzt auf %1</translation>
    </message>
    <message>
        <source>scores × %1</source>
        <translation>Punktwerte × %1</translation>
    </message>
    <message>
        <source>queries grow with the position</source>
        <translation>Anfragen wachsen mit der Position</translation>
    </message>
    <message>
        <source>outputs gated</source>
        <translation>Ausgaben mit Gate</translation>
    </message>
    <message>
        <source>side by side with the feed-forward</source>
        <translation>Seite an Seite mit dem Feed-forward</translation>
    </message>
    <message>
        <source>embedding × %1</source>
        <translation>Einbettung × %1</translation>
    </message>
    <message>
        <source>what a branch adds × %1</source>
        <translation>was ein Zweig addiert × %1</translation>
    </message>
    <message>
        <source>logits ÷ %1</source>
        <translation>Logits ÷ %1</translation>
    </message>
    <message>
        <source>logits capped at %1</source>
        <translation>Logits begrenzt auf %1</translation>
    </message>
    <message>
        <source>SiLU, clamped</source>
        <translation>SiLU, begrenzt</translation>
    </message>
</context>
<context>
    <name>ModelDiagram</name>
    <message numerus="yes">
        <source>%n layers without experts</source>
        <translation>
            <numerusform>%n Schicht ohne Experten</numerusform>
            <numerusform>%n Schichten ohne Experten</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 + b</source>
        <comment>a matrix and its bias</comment>
        <translation>%1 + b</translation>
    </message>
    <message>
        <source>norm</source>
        <translation>Norm</translation>
    </message>
    <message>
        <source>Decoder layer × %1</source>
        <translation>Decoder-Schicht × %1</translation>
    </message>
    <message>
        <source>× %1</source>
        <translation>× %1</translation>
    </message>
    <message>
        <source>what a branch adds × %1</source>
        <translation>was ein Zweig addiert × %1</translation>
    </message>
    <message>
        <source>attention
%1 heads, %2 KV</source>
        <translation>Attention
%1 Köpfe, %2 KV</translation>
    </message>
    <message>
        <source>or</source>
        <comment>one of two branches</comment>
        <translation>oder</translation>
    </message>
    <message>
        <source>gate × up</source>
        <translation>gate × up</translation>
    </message>
    <message>
        <source>head</source>
        <translation>Kopf</translation>
    </message>
    <message>
        <source>tied</source>
        <translation>geteilt</translation>
    </message>
    <message>
        <source>÷ %1</source>
        <translation>÷ %1</translation>
    </message>
    <message>
        <source>capped at %1</source>
        <translation>begrenzt auf %1</translation>
    </message>
    <message>
        <source>Tensors of the layers</source>
        <translation>Tensoren der Schichten</translation>
    </message>
    <message>
        <source>how they are connected is not known</source>
        <translation>wie sie verbunden sind, ist nicht bekannt</translation>
    </message>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n Tensor</numerusform>
            <numerusform>%n Tensoren</numerusform>
        </translation>
    </message>
    <message>
        <source>router</source>
        <translation>Router</translation>
    </message>
</context>
<context>
    <name>ModelText</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>%1, %2 key/value heads (grouped-query)</source>
        <translation>%1, %2 Key/Value-Köpfe (gruppiert)</translation>
    </message>
    <message>
        <source>A %1 model with %2 layers and %3 parameters.</source>
        <translation>Ein %1-Modell mit %2 Schichten und %3 Parametern.</translation>
    </message>
    <message>
        <source>%1 tokens</source>
        <translation>%1 Token</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>%1 files, %2</source>
        <translation>%1 Dateien, %2</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>Architektur</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>%1 decoder layers</source>
        <translation>%1 Decoder-Schichten</translation>
    </message>
    <message>
        <source>Hidden / feed-forward</source>
        <translation>Hidden / Feed-forward</translation>
    </message>
    <message>
        <source>%1 / %2</source>
        <translation>%1 / %2</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>Köpfe</translation>
    </message>
    <message>
        <source>Attention heads, and channels in each.</source>
        <translation>Attention-Köpfe und die Kanäle in jedem.</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>Kontext</translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation>Vokabular</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>Ausgabekopf</translation>
    </message>
    <message>
        <source>tied to token_embd</source>
        <translation>derselbe wie token_embd</translation>
    </message>
    <message>
        <source>a matrix of its own</source>
        <translation>eine eigene Matrix</translation>
    </message>
    <message>
        <source>Activation, norm</source>
        <translation>Aktivierung, Norm</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV-Cache</translation>
    </message>
    <message>
        <source>%1 a token at F16</source>
        <translation>%1 je Token bei F16</translation>
    </message>
    <message>
        <source>norms</source>
        <translation>Normen</translation>
    </message>
    <message>
        <source>%1 of %2 tensors found, no gaps or overlaps</source>
        <translation>%1 von %2 Tensoren gefunden, lückenlos</translation>
    </message>
    <message>
        <source>No NaN or infinite weights</source>
        <translation>Keine NaN oder unendlichen Gewichte</translation>
    </message>
    <message>
        <source>%1 weights are NaN or infinite: the model cannot be quantized</source>
        <translation>%1 Gewichte sind NaN oder unendlich: Das Modell lässt sich nicht quantisieren</translation>
    </message>
    <message>
        <source>No tokenizer: nothing can be measured on text, or exported</source>
        <translation>Kein Tokenizer: Nichts lässt sich an Text messen oder exportieren</translation>
    </message>
    <message>
        <source>Tokenizer: %1 tokens, encodes and decodes its own text</source>
        <translation>Tokenizer: %1 Token, gibt seinen Text unverändert zurück</translation>
    </message>
    <message>
        <source>Tokenizer: %1 tokens, a text does not come back the same</source>
        <translation>Tokenizer: %1 Token, ein Text kommt verändert zurück</translation>
    </message>
    <message>
        <source>Context is %1: evaluation uses chunks of %1 tokens</source>
        <translation>Kontext ist %1: Geprüft wird in Abschnitten von %1 Token</translation>
    </message>
    <message>
        <source>No chat template: GGUF will be written without one</source>
        <translation>Keine Chat-Vorlage: GGUF wird ohne sie geschrieben</translation>
    </message>
    <message>
        <source>%1 It is already quantized: every further rounding adds to its loss, the original would be better. What stays as in the file is copied byte for byte.</source>
        <translation>%1 Es ist schon quantisiert: Jedes weitere Runden vergrößert seinen Verlust, das Original wäre besser. Was bleibt wie in der Datei, wird Byte für Byte kopiert.</translation>
    </message>
    <message>
        <source>%1 It is already quantized (%2): every further rounding adds to its loss, the original would be better. As in the file, GGUF holds %3 of %4 quantized tensors exactly.</source>
        <translation>%1 Es ist schon quantisiert (%2): Jedes weitere Runden vergrößert seinen Verlust, das Original wäre besser. Wie in der Datei hält GGUF %3 von %4 quantisierten Tensoren genau.</translation>
    </message>
    <message>
        <source>Already quantized (%1): every further rounding adds to its loss</source>
        <translation>Schon quantisiert (%1): jedes weitere Runden vergrößert den Verlust</translation>
    </message>
    <message>
        <source>%1 of %2 tensors</source>
        <translation>%1 von %2 Tensoren</translation>
    </message>
    <message>
        <source>A model of architecture “%1” with %2 parameters.</source>
        <translation>Ein Modell der Architektur „%1“ mit %2 Parametern.</translation>
    </message>
    <message>
        <source>An %1 model with %2 layers and %3 parameters.</source>
        <comment>before a vowel</comment>
        <translation>Ein %1-Modell mit %2 Schichten und %3 Parametern.</translation>
    </message>
    <message>
        <source>Every row is a multiple of 256, so every format fits.</source>
        <translation>Jede Zeile ist ein Vielfaches von 256, also passt jedes Format.</translation>
    </message>
    <message>
        <source>Rows of %1 are no multiple of 256: the K formats fall back in %2 of %3 matrices.</source>
        <translation>Zeilen von %1 sind kein Vielfaches von 256: Die K-Formate weichen in %2 von %3 Matrizen aus.</translation>
    </message>
    <message>
        <source>%1 It can be looked at, rounded without a text and written, not measured on one.</source>
        <translation>%1 Es lässt sich ansehen, ohne Text runden und schreiben, nicht an einem Text messen.</translation>
    </message>
    <message>
        <source>%1 It can be looked at, not measured on a text or exported.</source>
        <translation>%1 Es lässt sich ansehen, nicht an einem Text messen oder exportieren.</translation>
    </message>
    <message>
        <source>%1 a token at F16, beyond %2 tokens %3</source>
        <translation>%1 je Token in F16, ab %2 Token %3</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Attention</translation>
    </message>
    <message>
        <source>Positions</source>
        <translation>Positionen</translation>
    </message>
    <message>
        <source>%1, %2 (%3)</source>
        <translation>%1, %2 (%3)</translation>
    </message>
    <message>
        <source>Scales</source>
        <translation>Faktoren</translation>
    </message>
    <message>
        <source>Biases</source>
        <translation>Bias-Vektoren</translation>
    </message>
    <message>
        <source>A layer with a window keeps at most that many tokens.</source>
        <translation>Eine Schicht mit Fenster behält höchstens so viele Token.</translation>
    </message>
    <message>
        <source>other</source>
        <translation>andere</translation>
    </message>
    <message>
        <source>%1 tensors listed, no gaps or overlaps</source>
        <translation>%1 Tensoren gelistet, ohne Lücken und Überschneidungen</translation>
    </message>
    <message>
        <source>Not computed: %1</source>
        <translation>Nicht berechnet: %1</translation>
    </message>
    <message>
        <source>No tokenizer: nothing can be measured on text</source>
        <translation>Kein Tokenizer: An Text lässt sich nichts messen</translation>
    </message>
</context>
<context>
    <name>NumberText</name>
    <message>
        <source>byte</source>
        <translation>Byte</translation>
    </message>
    <message>
        <source>bytes</source>
        <translation>Byte</translation>
    </message>
    <message>
        <source>NaN</source>
        <translation>NaN</translation>
    </message>
    <message>
        <source>infinity</source>
        <translation>unendlich</translation>
    </message>
    <message>
        <source>%</source>
        <translation>%</translation>
    </message>
    <message>
        <source>pp</source>
        <translation>PP</translation>
    </message>
    <message>
        <source>%1 ± %2</source>
        <translation>%1 ± %2</translation>
    </message>
    <message>
        <source>s</source>
        <translation>s</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 min %2 s</translation>
    </message>
    <message>
        <source>%1 h %2 min</source>
        <translation>%1 h %2 min</translation>
    </message>
    <message>
        <source>%1 and %2</source>
        <translation>%1 und %2</translation>
    </message>
    <message>
        <source>, </source>
        <translation>, </translation>
    </message>
    <message>
        <source>under %1</source>
        <translation>unter %1</translation>
    </message>
    <message>
        <source>about %1 (rough)</source>
        <comment>a KLD</comment>
        <translation>etwa %1 (grob)</translation>
    </message>
    <message>
        <source>predicted KLD about %1 (rough)</source>
        <translation>vorhergesagte KLD etwa %1 (grob)</translation>
    </message>
    <message>
        <source>predicted KLD %1</source>
        <translation>vorhergesagte KLD %1</translation>
    </message>
</context>
<context>
    <name>WeightsText</name>
    <message>
        <source>kurtosis %1, absmax %2 σ</source>
        <translation>Kurtosis %1, Absmax %2 σ</translation>
    </message>
    <message>
        <source>Heavy tails (%1)</source>
        <translation>Breite Ränder (%1)</translation>
    </message>
    <message>
        <source>Light tails (%1)</source>
        <translation>Schmale Ränder (%1)</translation>
    </message>
    <message>
        <source>Nearly normal (%1)</source>
        <translation>Fast normalverteilt (%1)</translation>
    </message>
    <message>
        <source>no outlier channel</source>
        <translation>kein Ausreißerkanal</translation>
    </message>
    <message>
        <source>an outlier in input channel %1</source>
        <translation>ein Ausreißer in Eingangskanal %1</translation>
    </message>
    <message>
        <source>an outlier in output channel %1</source>
        <translation>ein Ausreißer in Ausgangskanal %1</translation>
    </message>
    <message>
        <source>%1 outlier input channels, the largest %2</source>
        <translation>%1 Ausreißer unter den Eingangskanälen, der größte %2</translation>
    </message>
    <message>
        <source>%1 outlier output channels, the largest %2</source>
        <translation>%1 Ausreißer unter den Ausgangskanälen, der größte %2</translation>
    </message>
    <message>
        <source>%1 outlier input and %2 output channels</source>
        <translation>Ausreißer in %1 Eingangs- und %2 Ausgangskanälen</translation>
    </message>
    <message>
        <source>%1 changes its output by %2</source>
        <translation>%1 ändert die Ausgabe um %2</translation>
    </message>
    <message>
        <source>%1 changes its weights by %2</source>
        <translation>%1 ändert die Gewichte um %2</translation>
    </message>
    <message>
        <source>%1.</source>
        <translation>%1.</translation>
    </message>
    <message>
        <source>%1, %2 by %3.</source>
        <translation>%1, %2 um %3.</translation>
    </message>
    <message>
        <source>Select a tensor in the table.</source>
        <translation>Einen Tensor in der Tabelle wählen.</translation>
    </message>
    <message>
        <source>Measuring the weights…</source>
        <translation>Die Gewichte werden gemessen …</translation>
    </message>
    <message>
        <source>Of %1 tensors, %2 has the heaviest tails (kurtosis %3).</source>
        <translation>Von %1 Tensoren hat %2 die breitesten Ränder (Kurtosis %3).</translation>
    </message>
    <message>
        <source>A weight is not finite: row %1, column %2. %3 in all.</source>
        <translation>Ein Gewicht ist nicht endlich: Zeile %1, Spalte %2. Insgesamt %3.</translation>
    </message>
    <message>
        <source>%1 and %2.</source>
        <translation>%1 und %2.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>kurtosis</source>
        <translation>Kurtosis</translation>
    </message>
    <message>
        <source>absmax/σ</source>
        <translation>Absmax/σ</translation>
    </message>
    <message>
        <source>outlier channels</source>
        <translation>Ausreißerkanäle</translation>
    </message>
    <message>
        <source>output error</source>
        <translation>Ausgabefehler</translation>
    </message>
    <message>
        <source>Layer %1</source>
        <translation>Schicht %1</translation>
    </message>
    <message>
        <source>outliers in input channel %1 and output channel %2</source>
        <translation>Ausreißer in Eingangskanal %1 und Ausgangskanal %2</translation>
    </message>
    <message>
        <source>%1, here %2,</source>
        <comment>a format and what it falls back to</comment>
        <translation>%1, hier %2,</translation>
    </message>
    <message numerus="yes">
        <source>%1 With %2, %n of them fall back to another format.</source>
        <translation>
            <numerusform>%1 Mit %2 fällt %n davon auf ein anderes Format zurück.</numerusform>
            <numerusform>%1 Mit %2 fallen %n davon auf ein anderes Format zurück.</numerusform>
        </translation>
    </message>
    <message>
        <source>weight error</source>
        <translation>Gewichtsfehler</translation>
    </message>
</context>
<context>
    <name>app::ActivationController</name>
    <message>
        <source>Measuring activations</source>
        <translation>Aktivierungen messen</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>Kein Modell ist geöffnet.</translation>
    </message>
    <message>
        <source>A calibration text is needed.</source>
        <translation>Ein Kalibriertext wird gebraucht.</translation>
    </message>
    <message>
        <source>Activations are being measured.</source>
        <translation>Die Aktivierungen werden gerade gemessen.</translation>
    </message>
    <message>
        <source>Activations of another model are being measured.</source>
        <translation>Die Aktivierungen eines anderen Modells werden gerade gemessen.</translation>
    </message>
</context>
<context>
    <name>app::ActivationsPresenter</name>
    <message>
        <source>What was measured before is kept.</source>
        <translation>Was vorher gemessen wurde, bleibt erhalten.</translation>
    </message>
</context>
<context>
    <name>app::AddedFilesController</name>
    <message>
        <source>Opening %1</source>
        <translation>%1 öffnen</translation>
    </message>
    <message>
        <source>Comparing the tensors of %1</source>
        <translation>Tensoren von %1 vergleichen</translation>
    </message>
    <message>
        <source>Looking at the added files</source>
        <translation>Hinzugefügte Dateien ansehen</translation>
    </message>
</context>
<context>
    <name>app::BalancePresenter</name>
    <message>
        <source>Last: %1, %2</source>
        <comment>a job and its time</comment>
        <translation>Zuletzt: %1, %2</translation>
    </message>
    <message>
        <source>Cancelled: %1</source>
        <translation>Abgebrochen: %1</translation>
    </message>
    <message>
        <source>%1 stopped</source>
        <comment>a job</comment>
        <translation>%1 angehalten</translation>
    </message>
    <message>
        <source>Measuring weights: %1 of %2 tensors</source>
        <translation>Gewichte messen: %1 von %2 Tensoren</translation>
    </message>
    <message numerus="yes">
        <source>The queue is held; %n runs wait.</source>
        <translation>
            <numerusform>Die Warteschlange ist angehalten; %n Lauf wartet.</numerusform>
            <numerusform>Die Warteschlange ist angehalten; %n Läufe warten.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::CommandField</name>
    <message>
        <source>Search commands</source>
        <translation>Befehle suchen</translation>
    </message>
    <message>
        <source>Search commands, formats, pages, tensors (%1)</source>
        <translation>Befehle, Formate, Seiten, Tensoren suchen (%1)</translation>
    </message>
</context>
<context>
    <name>app::CommandList</name>
    <message>
        <source>Assign %1</source>
        <translation>%1 zuweisen</translation>
    </message>
    <message>
        <source>format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Use preset %1</source>
        <translation>Vorgabe %1 verwenden</translation>
    </message>
    <message>
        <source>recipe</source>
        <translation>Rezept</translation>
    </message>
    <message>
        <source>tensor</source>
        <translation>Tensor</translation>
    </message>
    <message>
        <source>Open %1</source>
        <translation>%1 öffnen</translation>
    </message>
    <message>
        <source>recent model</source>
        <translation>zuletzt geöffnet</translation>
    </message>
</context>
<context>
    <name>app::CommandPalette</name>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>Search commands, formats, pages, tensors</source>
        <translation>Befehle, Formate, Seiten, Tensoren suchen</translation>
    </message>
    <message>
        <source>Search commands</source>
        <translation>Befehle suchen</translation>
    </message>
</context>
<context>
    <name>app::ComparePresenter</name>
    <message>
        <source>The run is kept; it was not measured.</source>
        <translation>Der Lauf bleibt erhalten; er wurde nicht gemessen.</translation>
    </message>
    <message>
        <source>The other rows are as they were.</source>
        <translation>Die anderen Zeilen bleiben, wie sie waren.</translation>
    </message>
    <message>
        <source>Open it as a model</source>
        <translation>Als Modell öffnen</translation>
    </message>
</context>
<context>
    <name>app::ExportController</name>
    <message>
        <source>Exporting %1</source>
        <translation>%1 exportieren</translation>
    </message>
</context>
<context>
    <name>app::ExportPresenter</name>
    <message>
        <source>The model has no tokenizer, and a GGUF needs one.</source>
        <translation>Das Modell hat keinen Tokenizer, eine GGUF-Datei braucht einen.</translation>
    </message>
    <message>
        <source>KLD %1</source>
        <translation>KLD %1</translation>
    </message>
    <message>
        <source>Expected there: perplexity %1.</source>
        <translation>Dort zu erwarten: Perplexität %1.</translation>
    </message>
    <message>
        <source>Expected there: perplexity %1, up to %2 tok/s on %3.</source>
        <translation>Dort zu erwarten: Perplexität %1, bis zu %2 Token/s auf %3.</translation>
    </message>
    <message>
        <source>The recipe has formats for study, which no kind of file can hold.</source>
        <translation>Das Rezept hat Formate zum Lernen, die keine Dateiart halten kann.</translation>
    </message>
    <message>
        <source>No GGUF can be made of this model (%1).</source>
        <translation>Aus diesem Modell lässt sich kein GGUF machen (%1).</translation>
    </message>
</context>
<context>
    <name>app::FileController</name>
    <message>
        <source>Open a model folder</source>
        <translation>Modellordner öffnen</translation>
    </message>
    <message>
        <source>Open a model file</source>
        <translation>Modelldatei öffnen</translation>
    </message>
    <message>
        <source>Models (*.gguf *.safetensors *.safetensors.index.json);;All files (*)</source>
        <translation>Modelle (*.gguf *.safetensors *.safetensors.index.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Text (*.txt *.raw *.md);;All files (*)</source>
        <translation>Text (*.txt *.raw *.md);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Choose the calibration text</source>
        <translation>Kalibriertext wählen</translation>
    </message>
    <message>
        <source>Choose the evaluation text</source>
        <translation>Prüftext wählen</translation>
    </message>
    <message>
        <source>Choose an importance matrix</source>
        <translation>Wichtigkeitsmatrix wählen</translation>
    </message>
    <message>
        <source>Importance matrices (*.gguf *.dat *.imatrix);;All files (*)</source>
        <translation>Wichtigkeitsmatrizen (*.gguf *.dat *.imatrix);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Choose the folder to export to</source>
        <translation>Zielordner wählen</translation>
    </message>
    <message>
        <source>Load a recipe</source>
        <translation>Rezept laden</translation>
    </message>
    <message>
        <source>Recipes (*.json);;All files (*)</source>
        <translation>Rezepte (*.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Loading a recipe</source>
        <translation>Rezept laden</translation>
    </message>
    <message>
        <source>Load %1</source>
        <translation>%1 laden</translation>
    </message>
    <message>
        <source>Save the recipe</source>
        <translation>Rezept speichern</translation>
    </message>
    <message>
        <source>Recipes (*.json)</source>
        <translation>Rezepte (*.json)</translation>
    </message>
    <message>
        <source>Saving the recipe</source>
        <translation>Rezept speichern</translation>
    </message>
    <message>
        <source>Picture (*.png)</source>
        <translation>Bild (*.png)</translation>
    </message>
    <message>
        <source>Drawing (*.svg)</source>
        <translation>Zeichnung (*.svg)</translation>
    </message>
    <message>
        <source>Data (*.csv)</source>
        <translation>Daten (*.csv)</translation>
    </message>
    <message>
        <source>Save the plot</source>
        <translation>Diagramm speichern</translation>
    </message>
    <message>
        <source>Saving %1</source>
        <translation>%1 speichern</translation>
    </message>
    <message>
        <source>Open a session</source>
        <translation>Eine Sitzung öffnen</translation>
    </message>
    <message>
        <source>Sessions (*.quantscope);;All files (*)</source>
        <translation>Sitzungen (*.quantscope);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Save the session</source>
        <translation>Die Sitzung sichern</translation>
    </message>
    <message>
        <source>Sessions (*.quantscope)</source>
        <translation>Sitzungen (*.quantscope)</translation>
    </message>
    <message>
        <source>Cannot save the session: &quot;%1&quot; exists already.</source>
        <translation>Die Sitzung kann nicht gesichert werden: „%1“ gibt es schon.</translation>
    </message>
    <message>
        <source>Choose a file with a prompt on each line</source>
        <translation>Datei mit einem Anfang je Zeile wählen</translation>
    </message>
</context>
<context>
    <name>app::HelpWindow</name>
    <message>
        <source>Quantscope help</source>
        <translation>Hilfe zu Quantscope</translation>
    </message>
    <message>
        <source>Topics</source>
        <translation>Themen</translation>
    </message>
    <message>
        <source>A tour in 7 questions</source>
        <translation>Rundgang in 7 Fragen</translation>
    </message>
    <message>
        <source>What the words mean</source>
        <translation>Was die Wörter bedeuten</translation>
    </message>
    <message>
        <source>Formats</source>
        <translation>Formate</translation>
    </message>
    <message>
        <source>Methods</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>GPTQ</source>
        <translation>GPTQ</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Command line</source>
        <translation>Befehlszeile</translation>
    </message>
    <message>
        <source>Architectures</source>
        <translation>Architekturen</translation>
    </message>
    <message>
        <source>Grades</source>
        <translation>Noten</translation>
    </message>
</context>
<context>
    <name>app::Jobs</name>
    <message>
        <source>Not enough memory: the system gives no more.</source>
        <translation>Nicht genug Speicher: Das System gibt nicht mehr her.</translation>
    </message>
    <message>
        <source>The system starts no more threads for this program (ulimit -u, ulimit -v).</source>
        <translation>Das System startet für dieses Programm keine weiteren Threads (ulimit -u, ulimit -v).</translation>
    </message>
</context>
<context>
    <name>app::LossController</name>
    <message>
        <source>Predicting losses</source>
        <translation>Verluste vorhersagen</translation>
    </message>
    <message>
        <source>Predicting losses roughly</source>
        <translation>Verluste grob vorhersagen</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>Kein Modell ist geöffnet.</translation>
    </message>
    <message>
        <source>A calibration text is needed.</source>
        <translation>Ein Kalibriertext wird gebraucht.</translation>
    </message>
    <message>
        <source>Losses are being predicted.</source>
        <translation>Verluste werden vorhergesagt.</translation>
    </message>
    <message>
        <source>Losses of another model are being predicted.</source>
        <translation>Verluste eines anderen Modells werden vorhergesagt.</translation>
    </message>
    <message>
        <source>Looking for measured losses</source>
        <translation>Gemessene Verluste werden gesucht</translation>
    </message>
    <message>
        <source>Measuring tensors alone</source>
        <translation>Einzelne Tensoren werden gemessen</translation>
    </message>
    <message>
        <source>An evaluation text is needed.</source>
        <translation>Ein Auswertungstext wird gebraucht.</translation>
    </message>
    <message>
        <source>Tensors are being measured.</source>
        <translation>Tensoren werden gerade gemessen.</translation>
    </message>
    <message>
        <source>Tensors of another model are being measured.</source>
        <translation>Tensoren eines anderen Modells werden gerade gemessen.</translation>
    </message>
    <message>
        <source>Looking for predicted losses</source>
        <translation>Vorhergesagte Verluste suchen</translation>
    </message>
    <message>
        <source>losses are rough: from the weights alone</source>
        <translation>Verluste sind grob: nur aus den Gewichten</translation>
    </message>
    <message>
        <source>losses predicted on %1 tokens of another text</source>
        <translation>Verluste vorhergesagt auf %1 Tokens eines anderen Texts</translation>
    </message>
    <message>
        <source>losses are rough: predicted on %1 of %2 tokens</source>
        <translation>Verluste sind grob: vorhergesagt auf %1 von %2 Tokens</translation>
    </message>
    <message>
        <source>losses predicted on %1 of %2 tokens</source>
        <translation>Verluste vorhergesagt auf %1 von %2 Tokens</translation>
    </message>
    <message>
        <source>losses are rough: predicted on %1 tokens</source>
        <translation>Verluste sind grob: vorhergesagt auf %1 Tokens</translation>
    </message>
    <message>
        <source>losses predicted on %1 tokens</source>
        <translation>Verluste vorhergesagt auf %1 Tokens</translation>
    </message>
</context>
<context>
    <name>app::MainWindow</name>
    <message>
        <source>%1  ·  %2</source>
        <comment>name and facts of the model</comment>
        <translation>%1  ·  %2</translation>
    </message>
    <message>
        <source>The open model stays as it was.</source>
        <translation>Das offene Modell bleibt, wie es war.</translation>
    </message>
    <message>
        <source>Everything else is as it was.</source>
        <translation>Alles andere bleibt, wie es war.</translation>
    </message>
    <message>
        <source>Quantscope</source>
        <translation>Quantscope</translation>
    </message>
    <message>
        <source>%1 - Quantscope</source>
        <translation>%1 - Quantscope</translation>
    </message>
    <message>
        <source>No model open</source>
        <translation>Kein Modell geöffnet</translation>
    </message>
    <message>
        <source>About Quantscope</source>
        <translation>Über Quantscope</translation>
    </message>
    <message>
        <source>Quantscope %1

Looks into language-model checkpoints, quantizes them and shows what it costs.

Free software under the GNU General Public License, version 3 or later.</source>
        <translation>Quantscope %1

Sieht in Sprachmodelle hinein, quantisiert sie und zeigt, was es kostet.

Freie Software unter der GNU General Public License, Version 3 oder neuer.</translation>
    </message>
    <message>
        <source>The session is as it was when it was last kept.</source>
        <translation>Die Sitzung ist so, wie sie zuletzt gesichert wurde.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; expects the model at &quot;%2&quot;, which is not there.</source>
        <translation>„%1“ erwartet das Modell unter „%2“, wo es nicht ist.</translation>
    </message>
    <message>
        <source>Locate model...</source>
        <translation>Modell suchen...</translation>
    </message>
    <message numerus="yes">
        <source>%n tensors measured in other formats</source>
        <translation>
            <numerusform>%n Tensor in einem anderen Format gemessen</numerusform>
            <numerusform>%n Tensoren in anderen Formaten gemessen</numerusform>
        </translation>
    </message>
    <message>
        <source>%1: none of them is better within these bytes.</source>
        <translation>%1: keiner von ihnen ist bei diesen Bytes besser.</translation>
    </message>
    <message numerus="yes">
        <source>%1, %n changed: KLD %2 instead of %3 on the calibration text, each tensor rounded alone.</source>
        <translation>
            <numerusform>%1, %n geändert: KLD %2 statt %3 am Kalibriertext, jeder Tensor für sich gerundet.</numerusform>
            <numerusform>%1, %n geändert: KLD %2 statt %3 am Kalibriertext, jeder Tensor für sich gerundet.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::MixPresenter</name>
    <message>
        <source>Finding mixes</source>
        <translation>Mischungen suchen</translation>
    </message>
    <message>
        <source>losses are being predicted</source>
        <translation>Verluste werden vorhergesagt</translation>
    </message>
    <message>
        <source>losses of single tensors are not predicted yet</source>
        <translation>Verluste einzelner Tensoren sind noch nicht vorhergesagt</translation>
    </message>
    <message>
        <source>Assign %1</source>
        <comment>a recipe</comment>
        <translation>%1 zuweisen</translation>
    </message>
    <message>
        <source>losses are being predicted roughly: %1 %</source>
        <translation>Verluste werden grob vorhergesagt: %1 %</translation>
    </message>
    <message>
        <source>lands at %1, %2</source>
        <comment>size, loss</comment>
        <translation>ergibt %1, %2</translation>
    </message>
    <message>
        <source>%1: %2, %3</source>
        <comment>preset, size, loss</comment>
        <translation>%1: %2, %3</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>preset, size</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>lands at %1, %2 % under, %3</source>
        <comment>size, share, loss</comment>
        <translation>ergibt %1, %2 % darunter, %3</translation>
    </message>
</context>
<context>
    <name>app::OpenController</name>
    <message>
        <source>Opening %1</source>
        <translation>%1 öffnen</translation>
    </message>
    <message>
        <source>Looking for other models</source>
        <translation>Andere Modelle suchen</translation>
    </message>
</context>
<context>
    <name>app::OpenedModel</name>
    <message>
        <source>The session that this model had before is kept in %1.</source>
        <translation>Die bisherige Sitzung dieses Modells liegt in %1.</translation>
    </message>
</context>
<context>
    <name>app::Pictures</name>
    <message>
        <source>Cannot make the folder %1.</source>
        <translation>Der Ordner %1 lässt sich nicht anlegen.</translation>
    </message>
    <message>
        <source>Cannot write %1.</source>
        <translation>%1 lässt sich nicht schreiben.</translation>
    </message>
</context>
<context>
    <name>app::PrecisionPresenter</name>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n Tensor</numerusform>
            <numerusform>%n Tensoren</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::QuantizeController</name>
    <message>
        <source>%1: %2</source>
        <comment>method: recipe</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Measuring %1</source>
        <translation>%1 messen</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>Kein Modell ist geöffnet.</translation>
    </message>
    <message>
        <source>The method needs a text, and the model has no tokenizer to read one.</source>
        <translation>Das Verfahren braucht einen Text, und das Modell hat keinen Tokenizer, der ihn liest.</translation>
    </message>
    <message>
        <source>A calibration text is needed.</source>
        <translation>Ein Kalibriertext wird gebraucht.</translation>
    </message>
    <message>
        <source>An evaluation text is needed.</source>
        <translation>Ein Auswertungstext wird gebraucht.</translation>
    </message>
    <message>
        <source>The method needs an importance file here. %1</source>
        <translation>Die Methode braucht hier eine Wichtigkeitsdatei. %1</translation>
    </message>
</context>
<context>
    <name>app::QuantizePresenter</name>
    <message>
        <source>No layer was finished; the recipe is unchanged.</source>
        <translation>Keine Schicht wurde fertig; das Rezept ist unverändert.</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n layers are done and kept.</source>
        <translation>
            <numerusform>%1 von %n Schicht ist fertig und aufgehoben.</numerusform>
            <numerusform>%1 von %n Schichten sind fertig und aufgehoben.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::QueueNotice</name>
    <message numerus="yes">
        <source>%n runs failed.</source>
        <translation>
            <numerusform>%n Lauf ist gescheitert.</numerusform>
            <numerusform>%n Läufe sind gescheitert.</numerusform>
        </translation>
    </message>
    <message>
        <source>It took %1.</source>
        <comment>a time</comment>
        <translation>Es dauerte %1.</translation>
    </message>
    <message>
        <source>The queue came to its end</source>
        <translation>Die Warteschlange ist am Ende</translation>
    </message>
    <message>
        <source>The queue is done</source>
        <translation>Die Warteschlange ist fertig</translation>
    </message>
    <message>
        <source>%1 is done.</source>
        <comment>a recipe</comment>
        <translation>%1 ist fertig.</translation>
    </message>
    <message numerus="yes">
        <source>%n runs are done.</source>
        <translation>
            <numerusform>%n Lauf ist fertig.</numerusform>
            <numerusform>%n Läufe sind fertig.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::QueuePresenter</name>
    <message numerus="yes">
        <source>%n waiting</source>
        <comment>runs</comment>
        <translation>
            <numerusform>%n wartet</numerusform>
            <numerusform>%n warten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n interrupted</source>
        <comment>runs</comment>
        <translation>
            <numerusform>%n unterbrochen</numerusform>
            <numerusform>%n unterbrochen</numerusform>
        </translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Warteschlange</translation>
    </message>
</context>
<context>
    <name>app::QueueRows</name>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message numerus="yes">
        <source>paused, %1 of %n layers</source>
        <translation>
            <numerusform>angehalten, %1 von %n Schicht</numerusform>
            <numerusform>angehalten, %1 von %n Schichten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>running, %1 of %n layers</source>
        <translation>
            <numerusform>läuft, %1 von %n Schicht</numerusform>
            <numerusform>läuft, %1 von %n Schichten</numerusform>
        </translation>
    </message>
    <message>
        <source>interrupted before what was lost was measured</source>
        <translation>unterbrochen, bevor der Verlust gemessen war</translation>
    </message>
    <message>
        <source>interrupted: no layer is done</source>
        <translation>unterbrochen: noch keine Schicht ist fertig</translation>
    </message>
    <message>
        <source>interrupted: %1</source>
        <translation>unterbrochen: %1</translation>
    </message>
    <message>
        <source>paused while measuring what was lost</source>
        <translation>angehalten beim Messen des Verlusts</translation>
    </message>
    <message>
        <source>measuring what was lost</source>
        <translation>misst den Verlust</translation>
    </message>
    <message>
        <source>waits to be measured</source>
        <translation>wartet auf die Messung</translation>
    </message>
    <message>
        <source>waits</source>
        <translation>wartet</translation>
    </message>
    <message>
        <source>failed: %1</source>
        <translation>gescheitert: %1</translation>
    </message>
    <message>
        <source>%1 by %2</source>
        <translation>%1 mit %2</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n layers are done</source>
        <translation>
            <numerusform>%1 von %n Schicht ist fertig</numerusform>
            <numerusform>%1 von %n Schichten sind fertig</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::RecipeEditor</name>
    <message>
        <source>Own recipe</source>
        <comment>name of a recipe</comment>
        <translation>Eigenes Rezept</translation>
    </message>
    <message numerus="yes">
        <source>%1, %n changed</source>
        <comment>name of a recipe</comment>
        <translation>
            <numerusform>%1, %n geändert</numerusform>
            <numerusform>%1, %n geändert</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Assign %1 to %n tensors</source>
        <translation>
            <numerusform>%n Tensor %1 zuweisen</numerusform>
            <numerusform>%n Tensoren %1 zuweisen</numerusform>
        </translation>
    </message>
    <message>
        <source>Round by %1</source>
        <comment>a method</comment>
        <translation>Runden: %1</translation>
    </message>
    <message>
        <source>round to nearest</source>
        <translation>zum nächsten Wert</translation>
    </message>
    <message>
        <source>importance-weighted</source>
        <translation>nach Wichtigkeit</translation>
    </message>
    <message>
        <source>GPTQ</source>
        <translation>GPTQ</translation>
    </message>
    <message>
        <source>Change the options of GPTQ</source>
        <translation>Optionen von GPTQ ändern</translation>
    </message>
    <message>
        <source>AWQ + %1</source>
        <translation>AWQ + %1</translation>
    </message>
    <message>
        <source>HQQ</source>
        <translation>HQQ</translation>
    </message>
    <message>
        <source>Round to llama.cpp&apos;s bytes</source>
        <translation>Auf die Bytes von llama.cpp runden</translation>
    </message>
    <message>
        <source>Round more closely than llama.cpp</source>
        <translation>Genauer als llama.cpp runden</translation>
    </message>
</context>
<context>
    <name>app::RestoredSession</name>
    <message>
        <source>The model&apos;s files have changed since its last session. The runs of the former files are kept in %1.</source>
        <translation>Die Dateien des Modells haben sich seit seiner letzten Sitzung geändert. Die Läufe der früheren Dateien liegen in %1.</translation>
    </message>
    <message>
        <source>The model&apos;s last session cannot be brought back: %1. It is kept in %2.</source>
        <translation>Die letzte Sitzung des Modells kann nicht wiederhergestellt werden: %1. Sie liegt in %2.</translation>
    </message>
</context>
<context>
    <name>app::RunForecast</name>
    <message>
        <source>The run needs %1 of memory at its peak, and this machine has %2. A shorter text, or a method without GPTQ and AWQ, needs less.</source>
        <translation>Der Lauf braucht bis zu %1 Arbeitsspeicher, dieser Rechner hat %2. Ein kürzerer Text oder ein Verfahren ohne GPTQ und AWQ braucht weniger.</translation>
    </message>
</context>
<context>
    <name>app::RunQueue</name>
    <message>
        <source>The runs that were lined up cannot be read: %1. They are kept in %2.</source>
        <translation>Die eingereihten Läufe können nicht gelesen werden: %1. Sie liegen in %2.</translation>
    </message>
</context>
<context>
    <name>app::RunRows</name>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>The file has changed since it was measured.</source>
        <translation>Die Datei wurde seit der Messung geändert.</translation>
    </message>
    <message>
        <source>The file is no longer there; its measurement is kept, its text cannot be written.</source>
        <translation>Die Datei ist nicht mehr da; ihre Messung bleibt erhalten, ihr Text kann nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>file</source>
        <comment>a file that was added</comment>
        <translation>Datei</translation>
    </message>
</context>
<context>
    <name>app::Session</name>
    <message>
        <source>Use preset %1</source>
        <translation>Vorgabe %1 verwenden</translation>
    </message>
    <message>
        <source>Use the recipe of run %1</source>
        <translation>Rezept von Lauf %1 verwenden</translation>
    </message>
</context>
<context>
    <name>app::SettingsController</name>
    <message>
        <source>Choose the folder for results</source>
        <translation>Den Ordner für Ergebnisse wählen</translation>
    </message>
    <message>
        <source>Cannot keep results in &quot;%1&quot;: it cannot be written to.</source>
        <translation>Ergebnisse können nicht in „%1“ aufbewahrt werden: Dort kann nicht geschrieben werden.</translation>
    </message>
    <message>
        <source>Looking at kept results</source>
        <translation>Ansehen aufbewahrter Ergebnisse</translation>
    </message>
</context>
<context>
    <name>app::ShrinkController</name>
    <message>
        <source>No model is open.</source>
        <translation>Kein Modell ist geöffnet.</translation>
    </message>
    <message>
        <source>The model has no tokenizer, and a GGUF needs one.</source>
        <translation>Das Modell hat keinen Tokenizer, und ein GGUF braucht einen.</translation>
    </message>
    <message>
        <source>No GGUF can be made of this model (%1).</source>
        <translation>Aus diesem Modell kann kein GGUF werden (%1).</translation>
    </message>
    <message>
        <source>A calibration text is needed.</source>
        <translation>Ein Kalibriertext wird gebraucht.</translation>
    </message>
    <message>
        <source>Another file is being written.</source>
        <translation>Eine andere Datei wird gerade geschrieben.</translation>
    </message>
    <message>
        <source>Finding a mix</source>
        <translation>Eine Mischung suchen</translation>
    </message>
    <message>
        <source>Predicted on the text, no file of that grade is smaller.</source>
        <translation>Nach der Vorhersage auf dem Text ist keine Datei dieser Note kleiner.</translation>
    </message>
    <message>
        <source>Assign %1</source>
        <comment>a recipe</comment>
        <translation>%1 zuweisen</translation>
    </message>
</context>
<context>
    <name>app::ShrinkPresenter</name>
    <message>
        <source>Cannot make the smaller file: %1</source>
        <translation>Die kleinere Datei kann nicht entstehen: %1</translation>
    </message>
    <message>
        <source>What was done is kept; making it again goes on from there.</source>
        <translation>Was getan ist, bleibt; ein neuer Anlauf macht dort weiter.</translation>
    </message>
    <message>
        <source>Finding smaller files</source>
        <translation>Kleinere Dateien suchen</translation>
    </message>
    <message>
        <source>Estimating times</source>
        <translation>Zeiten schätzen</translation>
    </message>
    <message>
        <source>losses are being predicted</source>
        <translation>Verluste werden vorhergesagt</translation>
    </message>
    <message>
        <source>sizes are known once losses are predicted</source>
        <translation>Größen stehen fest, sobald Verluste vorhergesagt sind</translation>
    </message>
    <message>
        <source>This model is quantized already (%1): it would be rounded a second time, the original gives a better file.</source>
        <translation>Dieses Modell ist schon quantisiert (%1): es würde ein zweites Mal gerundet, das Original ergibt eine bessere Datei.</translation>
    </message>
    <message>
        <source>Nothing can be gained: this model is quantized already, and no smaller mix of formats is predicted to be good enough.</source>
        <translation>Nichts zu gewinnen: dieses Modell ist schon quantisiert, und keine kleinere Mischung von Formaten verspricht gut genug zu sein.</translation>
    </message>
    <message>
        <source>Nothing can be gained: no smaller mix of formats is predicted to be good enough.</source>
        <translation>Nichts zu gewinnen: keine kleinere Mischung von Formaten verspricht gut genug zu sein.</translation>
    </message>
    <message>
        <source>Stopped at step %1 of %2; what was done is kept.</source>
        <translation>Angehalten bei Schritt %1 von %2; was getan ist, bleibt.</translation>
    </message>
    <message>
        <source>rounding</source>
        <translation>rundet</translation>
    </message>
    <message>
        <source>measuring</source>
        <translation>misst</translation>
    </message>
    <message>
        <source>writing and reading back</source>
        <translation>schreibt und liest zurück</translation>
    </message>
    <message>
        <source>predicting losses</source>
        <translation>sagt Verluste vorher</translation>
    </message>
    <message>
        <source>Step %1 of %2: %3</source>
        <comment>number, of all, what is done</comment>
        <translation>Schritt %1 von %2: %3</translation>
    </message>
    <message>
        <source>about %1 left</source>
        <translation>noch etwa %1</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <comment>step, time left</comment>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>%1, not measured</source>
        <translation>%1, nicht gemessen</translation>
    </message>
    <message>
        <source>%1
KLD %2, measured on %3</source>
        <translation>%1
KLD %2, gemessen auf %3</translation>
    </message>
    <message>
        <source>losses are being predicted roughly: %1 %</source>
        <translation>Verluste werden grob vorhergesagt: %1 %</translation>
    </message>
</context>
<context>
    <name>app::StartPresenter</name>
    <message>
        <source>%1  ·  %2 parameters  ·  %3</source>
        <comment>architecture, count, formats</comment>
        <translation>%1  ·  %2 Parameter  ·  %3</translation>
    </message>
    <message>
        <source>A trained Llama with 4.20 M parameters, 8.40 MB, with calibration and evaluation text. Everything answers in seconds.</source>
        <translation>Ein trainiertes Llama mit 4,20 M Parametern, 8,40 MB, mit Kalibrier- und Prüftext. Alles antwortet in Sekunden.</translation>
    </message>
    <message>
        <source>not found</source>
        <translation>nicht gefunden</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>a run: how far it is</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>no layer is done</source>
        <translation>noch keine Schicht ist fertig</translation>
    </message>
    <message numerus="yes">
        <source>%n runs, last %1</source>
        <translation>
            <numerusform>%n Lauf, zuletzt %1</numerusform>
            <numerusform>%n Läufe, zuletzt %1</numerusform>
        </translation>
    </message>
    <message>
        <source>%1  ·  KLD %2</source>
        <comment>runs</comment>
        <translation>%1  ·  KLD %2</translation>
    </message>
    <message>
        <source>Reading sessions</source>
        <translation>Sitzungen werden gelesen</translation>
    </message>
    <message>
        <source>session  ·  %1</source>
        <comment>of a model</comment>
        <translation>Sitzung  ·  %1</translation>
    </message>
    <message>
        <source>Looking for models</source>
        <translation>Modelle suchen</translation>
    </message>
    <message>
        <source>Hugging Face cache</source>
        <translation>Hugging-Face-Cache</translation>
    </message>
    <message>
        <source>LM Studio</source>
        <translation>LM Studio</translation>
    </message>
</context>
<context>
    <name>app::SwapController</name>
    <message>
        <source>Improving the recipe by measuring</source>
        <translation>Das Rezept wird durch Messen verbessert</translation>
    </message>
    <message>
        <source>The recipe was edited while it was measured, and stays as it is.</source>
        <translation>Das Rezept wurde während der Messung geändert und bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>Improve by measuring</source>
        <translation>Durch Messen verbessern</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>Kein Modell ist geöffnet.</translation>
    </message>
    <message>
        <source>Losses are not predicted on a text yet: page 4 does it.</source>
        <translation>Verluste sind noch nicht an einem Text vorhergesagt: Seite 4 tut es.</translation>
    </message>
    <message>
        <source>A calibration text is needed.</source>
        <translation>Ein Kalibriertext wird gebraucht.</translation>
    </message>
    <message>
        <source>The recipe is being measured.</source>
        <translation>Das Rezept wird gerade gemessen.</translation>
    </message>
    <message>
        <source>The recipe of another model is being measured.</source>
        <translation>Das Rezept eines anderen Modells wird gerade gemessen.</translation>
    </message>
</context>
<context>
    <name>app::TensorScout</name>
    <message>
        <source>Measuring weights</source>
        <translation>Gewichte messen</translation>
    </message>
    <message>
        <source>Rounding a tensor</source>
        <translation>Einen Tensor runden</translation>
    </message>
    <message>
        <source>Looking for what was measured</source>
        <translation>Sucht, was gemessen wurde</translation>
    </message>
    <message>
        <source>Keeping what was measured</source>
        <translation>Behält, was gemessen wurde</translation>
    </message>
</context>
<context>
    <name>app::TextController</name>
    <message>
        <source>No model is open.</source>
        <translation>Kein Modell ist geöffnet.</translation>
    </message>
    <message>
        <source>A text of another model is being written.</source>
        <translation>Ein Text eines anderen Modells wird geschrieben.</translation>
    </message>
    <message>
        <source>Writing text</source>
        <translation>Text schreiben</translation>
    </message>
    <message>
        <source>Writing text after many prompts</source>
        <translation>Text nach vielen Anfängen schreiben</translation>
    </message>
    <message>
        <source>Looking at the evaluation text</source>
        <translation>Prüftext ansehen</translation>
    </message>
</context>
<context>
    <name>app::TextPresenter</name>
    <message>
        <source>What was written before stays.</source>
        <translation>Was vorher geschrieben wurde, bleibt.</translation>
    </message>
    <message>
        <source>Pin a run as A or B to compare it.</source>
        <translation>Zum Vergleichen einen Lauf als A oder B anheften.</translation>
    </message>
    <message>
        <source>Writing...</source>
        <translation>Wird geschrieben ...</translation>
    </message>
    <message>
        <source>%1 tok/s</source>
        <translation>%1 Tok/s</translation>
    </message>
    <message>
        <source>the same text</source>
        <translation>derselbe Text</translation>
    </message>
    <message>
        <source>differs from token %1</source>
        <translation>anders ab Token %1</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <comment>a recipe and its method</comment>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>%1 of the tokens, %2 of %3 prompts to the end</source>
        <translation>%1 der Token, %2 von %3 Anfängen bis zum Ende</translation>
    </message>
    <message>
        <source>A %1</source>
        <translation>A %1</translation>
    </message>
    <message>
        <source>B %1</source>
        <translation>B %1</translation>
    </message>
    <message>
        <source>The same as the original over %1 prompts of %2, at most %3 tokens each: %4.</source>
        <translation>Gleich wie das Original über %1 Anfänge aus %2, je höchstens %3 Token: %4.</translation>
    </message>
</context>
<context>
    <name>app::TextSettings</name>
    <message>
        <source>%1, all of it in %2 tokens each</source>
        <translation>%1, ganz, zu je %2 Token</translation>
    </message>
    <message>
        <source>%1, %2 × %3 tokens</source>
        <translation>%1, %2 × %3 Token</translation>
    </message>
</context>
<context>
    <name>app::WindowActions</name>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Open folder...</source>
        <translation>Ordner ö&amp;ffnen ...</translation>
    </message>
    <message>
        <source>Open &amp;file...</source>
        <translation>&amp;Datei öffnen ...</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>Open the bundled &amp;sample</source>
        <translation>Mitgeliefertes &amp;Beispiel öffnen</translation>
    </message>
    <message>
        <source>Show the model in its folder</source>
        <translation>Modell in seinem Ordner zeigen</translation>
    </message>
    <message>
        <source>&amp;Export GGUF...</source>
        <translation>GGUF &amp;exportieren ...</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Select &amp;all shown tensors</source>
        <translation>&amp;Alle gezeigten Tensoren wählen</translation>
    </message>
    <message>
        <source>Select this &amp;role in all layers</source>
        <translation>Diese &amp;Rolle in allen Schichten wählen</translation>
    </message>
    <message>
        <source>&amp;Filter tensors</source>
        <translation>Tensoren &amp;filtern</translation>
    </message>
    <message>
        <source>&amp;Commands...</source>
        <translation>B&amp;efehle ...</translation>
    </message>
    <message>
        <source>Se&amp;ttings...</source>
        <translation>&amp;Einstellungen ...</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Table</source>
        <translation>&amp;Tabelle</translation>
    </message>
    <message>
        <source>&amp;Flat list</source>
        <translation>&amp;Flache Liste</translation>
    </message>
    <message>
        <source>&amp;Unfold all layers</source>
        <translation>Alle Schichten a&amp;ufklappen</translation>
    </message>
    <message>
        <source>F&amp;old all layers</source>
        <translation>Alle Schichten &amp;zuklappen</translation>
    </message>
    <message>
        <source>&amp;Next area</source>
        <translation>&amp;Nächster Bereich</translation>
    </message>
    <message>
        <source>&amp;Previous area</source>
        <translation>&amp;Voriger Bereich</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>Größere Schrift</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>Kleinere Schrift</translation>
    </message>
    <message>
        <source>Normal text</source>
        <translation>Normale Schrift</translation>
    </message>
    <message>
        <source>Presentation</source>
        <translation>Vorführung</translation>
    </message>
    <message>
        <source>&amp;Recipe</source>
        <translation>&amp;Rezept</translation>
    </message>
    <message>
        <source>&amp;Presets</source>
        <translation>&amp;Vorgaben</translation>
    </message>
    <message>
        <source>&amp;Assign to the selected tensors</source>
        <translation>Den gewählten Tensoren &amp;zuweisen</translation>
    </message>
    <message>
        <source>&amp;Load recipe...</source>
        <translation>Rezept &amp;laden ...</translation>
    </message>
    <message>
        <source>&amp;Save recipe...</source>
        <translation>Rezept &amp;speichern ...</translation>
    </message>
    <message>
        <source>R&amp;un</source>
        <translation>A&amp;usführen</translation>
    </message>
    <message>
        <source>Main action of the page</source>
        <translation>Hauptaktion der Seite</translation>
    </message>
    <message>
        <source>Measure &amp;activations</source>
        <translation>&amp;Aktivierungen messen</translation>
    </message>
    <message>
        <source>&amp;Quantize</source>
        <translation>&amp;Quantisieren</translation>
    </message>
    <message>
        <source>Measure what was &amp;lost</source>
        <translation>&amp;Verlust messen</translation>
    </message>
    <message>
        <source>&amp;Pause the job</source>
        <translation>Auftrag an&amp;halten</translation>
    </message>
    <message>
        <source>&amp;Cancel the job</source>
        <translation>Auftrag ab&amp;brechen</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;Help of this page</source>
        <translation>&amp;Hilfe zu dieser Seite</translation>
    </message>
    <message>
        <source>A tour in 7 questions</source>
        <translation>Rundgang in 7 Fragen</translation>
    </message>
    <message>
        <source>What the words mean</source>
        <translation>Was die Wörter bedeuten</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>About Quantscope</source>
        <translation>Über Quantscope</translation>
    </message>
    <message>
        <source>&amp;Resume the job</source>
        <translation>Auftrag &amp;fortsetzen</translation>
    </message>
    <message>
        <source>One format everywhere</source>
        <translation>Überall ein Format</translation>
    </message>
    <message>
        <source>no model is open</source>
        <translation>kein Modell ist geöffnet</translation>
    </message>
    <message>
        <source>the current row of the table is no tensor</source>
        <translation>die aktuelle Zeile der Tabelle ist kein Tensor</translation>
    </message>
    <message>
        <source>no job runs</source>
        <translation>kein Auftrag läuft</translation>
    </message>
    <message>
        <source>the text is at its largest</source>
        <translation>die Schrift ist schon am größten</translation>
    </message>
    <message>
        <source>the text is at its smallest</source>
        <translation>die Schrift ist schon am kleinsten</translation>
    </message>
    <message>
        <source>the text has its normal size</source>
        <translation>die Schrift hat schon ihre normale Größe</translation>
    </message>
    <message>
        <source>&amp;Undo: %1</source>
        <translation>&amp;Rückgängig: %1</translation>
    </message>
    <message>
        <source>&amp;Redo: %1</source>
        <translation>&amp;Wiederholen: %1</translation>
    </message>
    <message>
        <source>nothing to undo</source>
        <translation>nichts rückgängig zu machen</translation>
    </message>
    <message>
        <source>nothing to redo</source>
        <translation>nichts zu wiederholen</translation>
    </message>
    <message>
        <source>no tensor is selected whose format can be chosen</source>
        <translation>kein Tensor ausgewählt, dessen Format sich wählen lässt</translation>
    </message>
    <message>
        <source>Open s&amp;ession...</source>
        <translation>Si&amp;tzung öffnen...</translation>
    </message>
    <message>
        <source>S&amp;ave session as...</source>
        <translation>Sitzung sichern &amp;als...</translation>
    </message>
    <message>
        <source>Q&amp;ueue...</source>
        <translation>&amp;Warteschlange...</translation>
    </message>
    <message>
        <source>Sessions and the queue</source>
        <translation>Sitzungen und die Warteschlange</translation>
    </message>
    <message>
        <source>&amp;Improve by measuring</source>
        <translation>Durch Messen &amp;verbessern</translation>
    </message>
    <message>
        <source>Compare with a &amp;file...</source>
        <translation>Mit einer &amp;Datei vergleichen...</translation>
    </message>
    <message>
        <source>Predict l&amp;osses</source>
        <translation>Verluste &amp;vorhersagen</translation>
    </message>
</context>
<context>
    <name>app::WorstTexts</name>
    <message>
        <source>%1&#xa0;%</source>
        <translation>%1&#xa0;%</translation>
    </message>
    <message>
        <source>Chunk %1, token %2: the original gives the text&apos;s own token %3, the run %4.</source>
        <translation>Abschnitt %1, Token %2: Das Original gibt dem Token des Textes %3, der Lauf %4.</translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>Looks into language-model checkpoints, quantizes them and shows what it costs.</source>
        <translation>Sieht in Sprachmodelle hinein, quantisiert sie und zeigt, was es kostet.</translation>
    </message>
    <message>
        <source>Do the main job on the model (or the bundled sample) and write every page of the window into this folder: PNG, light and dark, 100 % and 200 %.</source>
        <translation>Die Hauptaufgabe am Modell (oder am mitgelieferten Beispiel) erledigen und jede Seite des Fensters in diesen Ordner schreiben: PNG, hell und dunkel, 100 % und 200 %.</translation>
    </message>
    <message>
        <source>folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>At most one model can be opened.</source>
        <translation>Höchstens ein Modell kann geöffnet werden.</translation>
    </message>
    <message>
        <source>Model folder or file, or session (.quantscope), to open.</source>
        <translation>Modellordner oder -datei oder Sitzung (.quantscope), die geöffnet werden soll.</translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no size of pictures; expected width and height in pixels, as in 1280x720.</source>
        <translation>„%1“ ist keine Größe von Bildern; erwartet werden Breite und Höhe in Pixeln wie in 1280x720.</translation>
    </message>
    <message>
        <source>Size of these pictures in pixels (%1).</source>
        <translation>Größe dieser Bilder in Pixeln (%1).</translation>
    </message>
    <message>
        <source>size</source>
        <translation>Größe</translation>
    </message>
</context>
<context>
    <name>widgets::ActivationForm</name>
    <message>
        <source>Sequences</source>
        <translation>Sequenzen</translation>
    </message>
    <message>
        <source>Tokens in a sequence</source>
        <translation>Token je Sequenz</translation>
    </message>
    <message>
        <source>Choose...</source>
        <translation>Wählen ...</translation>
    </message>
    <message>
        <source>Calibration text</source>
        <translation>Kalibriertext</translation>
    </message>
    <message>
        <source>none chosen</source>
        <translation>keiner gewählt</translation>
    </message>
</context>
<context>
    <name>widgets::ActivationSetup</name>
    <message>
        <source>Measure activations</source>
        <translation>Aktivierungen messen</translation>
    </message>
    <message>
        <source>A calibration text runs through the model once, one layer at a time. It shows which channels are large, and tells the calibrated methods which weights matter. The result is kept, so that it is measured once.</source>
        <translation>Ein Kalibriertext läuft einmal durch das Modell, Schicht für Schicht. Er zeigt, welche Kanäle groß sind, und sagt den kalibrierten Verfahren, welche Gewichte zählen. Das Ergebnis bleibt erhalten, gemessen wird also einmal.</translation>
    </message>
    <message>
        <source>about %1</source>
        <translation>etwa %1</translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation>Wird gemessen …</translation>
    </message>
</context>
<context>
    <name>widgets::ActivationStrip</name>
    <message>
        <source>Outlier above</source>
        <translation>Ausreißer über</translation>
    </message>
    <message>
        <source>Measure again...</source>
        <translation>Neu messen ...</translation>
    </message>
    <message>
        <source>%1× median</source>
        <translation>%1× Median</translation>
    </message>
    <message>
        <source>A channel is an outlier if its largest value exceeds
this many times the median channel&apos;s.</source>
        <translation>Ein Kanal ist ein Ausreißer, wenn sein größter Wert
dieses Vielfache des mittleren Kanals übersteigt.</translation>
    </message>
    <message>
        <source>Measured on %1</source>
        <translation>Gemessen an %1</translation>
    </message>
    <message>
        <source>·  %1 sequences × %2 tokens</source>
        <translation>·  %1 Sequenzen × %2 Token</translation>
    </message>
    <message>
        <source>measured with other settings</source>
        <translation>mit anderen Einstellungen gemessen</translation>
    </message>
    <message>
        <source>cached</source>
        <translation>aufbewahrt</translation>
    </message>
    <message>
        <source>Again...</source>
        <translation>Neu ...</translation>
    </message>
</context>
<context>
    <name>widgets::ActivationsPage</name>
    <message>
        <source>Which channels carry the load?</source>
        <translation>Welche Kanäle tragen die Last?</translation>
    </message>
    <message>
        <source>Largest values</source>
        <translation>Größte Werte</translation>
    </message>
    <message>
        <source>Channels by depth</source>
        <translation>Kanäle nach Tiefe</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>Eingang</translation>
    </message>
    <message>
        <source>input value</source>
        <translation>Eingangswert</translation>
    </message>
    <message>
        <source>values</source>
        <translation>Werte</translation>
    </message>
    <message>
        <source>Channels of the input</source>
        <translation>Kanäle des Eingangs</translation>
    </message>
    <message>
        <source>Residual stream</source>
        <translation>Residualstrom</translation>
    </message>
    <message>
        <source>Layer inputs</source>
        <translation>Schichteingänge</translation>
    </message>
    <message>
        <source>Inputs of ffn_down</source>
        <translation>Eingänge von ffn_down</translation>
    </message>
    <message>
        <source>Channels of</source>
        <translation>Kanäle von</translation>
    </message>
    <message>
        <source>Measure activations</source>
        <translation>Aktivierungen messen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Not measured yet. A text has to run through the model once.</source>
        <translation>Noch nicht gemessen. Ein Text muss einmal durch das Modell laufen.</translation>
    </message>
    <message>
        <source>The values below were measured with other settings.</source>
        <translation>Die Werte unten wurden mit anderen Einstellungen gemessen.</translation>
    </message>
    <message>
        <source>%1: channels by depth</source>
        <translation>%1: Kanäle nach Tiefe</translation>
    </message>
    <message>
        <source>Input of %1</source>
        <translation>Eingang von %1</translation>
    </message>
    <message>
        <source>Its channels</source>
        <translation>Seine Kanäle</translation>
    </message>
    <message>
        <source>select one tensor</source>
        <translation>einen Tensor wählen</translation>
    </message>
    <message>
        <source>Input channels of %1</source>
        <translation>Eingangskanäle von %1</translation>
    </message>
    <message>
        <source>kurtosis %1</source>
        <translation>Kurtosis %1</translation>
    </message>
    <message>
        <source>input channel</source>
        <translation>Eingangskanal</translation>
    </message>
    <message>
        <source>Histogram</source>
        <translation>Histogramm</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>Kanäle</translation>
    </message>
    <message>
        <source>Largest</source>
        <translation>Größte</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Residual</source>
        <translation>Residual</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>Down</translation>
    </message>
</context>
<context>
    <name>widgets::BalanceBar</name>
    <message>
        <source>File size</source>
        <translation>Dateigröße</translation>
    </message>
    <message>
        <source>Bits per weight</source>
        <translation>Bit je Gewicht</translation>
    </message>
    <message>
        <source>Tokens/s bound</source>
        <translation>Token/s höchstens</translation>
    </message>
    <message>
        <source>Choose the device</source>
        <translation>Gerät wählen</translation>
    </message>
    <message>
        <source>Measure now</source>
        <translation>Jetzt messen</translation>
    </message>
    <message>
        <source>Balance</source>
        <translation>Bilanz</translation>
    </message>
    <message>
        <source>Measured</source>
        <translation>Gemessen</translation>
    </message>
    <message>
        <source>%1 if assigned</source>
        <comment>a change</comment>
        <translation>%1, wenn zugewiesen</translation>
    </message>
    <message>
        <source>The GGUF will have %1, the model has %2.</source>
        <translation>Die GGUF-Datei wird %1 haben, das Modell hat %2.</translation>
    </message>
    <message>
        <source>Bits per weight: bits of all tensors over the number of weights.</source>
        <translation>Bit je Gewicht: Bits aller Tensoren durch die Zahl der Gewichte.</translation>
    </message>
    <message>
        <source>%1  at context %2</source>
        <translation>%1  bei Kontext %2</translation>
    </message>
    <message>
        <source>Upper bound: the device&apos;s memory bandwidth over the bytes
one token reads, weights and cache.</source>
        <translation>Obere Schranke: Speicherbandbreite des Geräts durch die Bytes,
die ein Token liest, Gewichte und Cache.</translation>
    </message>
    <message>
        <source>Not measured yet</source>
        <translation>Noch nicht gemessen</translation>
    </message>
    <message>
        <source>KLD %1   PPL %2</source>
        <translation>KLD %1   PPL %2</translation>
    </message>
    <message>
        <source>measured with other settings</source>
        <translation>mit anderen Einstellungen gemessen</translation>
    </message>
    <message>
        <source>same top token %1  ·  PPL %2 ± %3</source>
        <translation>gleiches bestes Token %1  ·  PPL %2 ± %3</translation>
    </message>
    <message>
        <source>Size %1 (%2)</source>
        <translation>Größe %1 (%2)</translation>
    </message>
    <message>
        <source>%1 bpw</source>
        <translation>%1 bpw</translation>
    </message>
    <message>
        <source>≤ %1 tok/s</source>
        <translation>≤ %1 Token/s</translation>
    </message>
    <message>
        <source>KLD %1</source>
        <translation>KLD %1</translation>
    </message>
    <message>
        <source>Tokens/s bound, %1</source>
        <translation>Token/s höchstens, %1</translation>
    </message>
    <message>
        <source>Predicted KLD</source>
        <translation>Vorhergesagte KLD</translation>
    </message>
    <message>
        <source>rough</source>
        <translation>grob</translation>
    </message>
    <message>
        <source>%1 nats a token, the sum of what rounding each tensor is predicted to cause,
by %2 rounding. GPTQ loses less.</source>
        <translation>%1 nat je Token, die Summe dessen, was das Runden jedes Tensors nach Vorhersage kostet,
bei Rundung „%2“. GPTQ verliert weniger.</translation>
    </message>
</context>
<context>
    <name>widgets::BasePlot</name>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Save...</source>
        <translation>Speichern ...</translation>
    </message>
    <message>
        <source>Show data</source>
        <translation>Daten zeigen</translation>
    </message>
    <message>
        <source>Copy plot</source>
        <translation>Diagramm kopieren</translation>
    </message>
    <message>
        <source>Save plot...</source>
        <translation>Diagramm speichern ...</translation>
    </message>
</context>
<context>
    <name>widgets::BudgetCard</name>
    <message>
        <source>Budget</source>
        <translation>Budget</translation>
    </message>
    <message>
        <source>Assign best mix</source>
        <translation>Beste Mischung zuweisen</translation>
    </message>
    <message>
        <source>Predict losses</source>
        <translation>Verluste vorhersagen</translation>
    </message>
    <message>
        <source>What every tensor would lose in every format, predicted on the calibration text</source>
        <translation>Was jeder Tensor in jedem Format verlöre, auf dem Kalibriertext vorhergesagt</translation>
    </message>
    <message>
        <source>Predict roughly</source>
        <translation>Grob vorhersagen</translation>
    </message>
    <message>
        <source>File size</source>
        <translation>Dateigröße</translation>
    </message>
    <message>
        <source>Bits per weight</source>
        <translation>Bit je Gewicht</translation>
    </message>
    <message>
        <source>Fits a device</source>
        <translation>Passt auf ein Gerät</translation>
    </message>
    <message>
        <source>Predicting…</source>
        <translation>Wird vorhergesagt…</translation>
    </message>
    <message>
        <source> GB</source>
        <comment>unit behind a number</comment>
        <translation> GB</translation>
    </message>
    <message>
        <source> MB</source>
        <comment>unit behind a number</comment>
        <translation> MB</translation>
    </message>
    <message>
        <source>Continue predicting</source>
        <translation>Weiter vorhersagen</translation>
    </message>
    <message>
        <source>Predict again</source>
        <translation>Neu vorhersagen</translation>
    </message>
    <message>
        <source>Loss</source>
        <comment>what a budget limits</comment>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>%1 has room for %2 of weights at context %3</source>
        <comment>device, size, tokens</comment>
        <translation>%1 hat beim Kontext %3 Platz für %2 Gewichte</translation>
    </message>
    <message>
        <source>for %1 at context %2</source>
        <comment>device, tokens</comment>
        <translation>für %1 beim Kontext %2</translation>
    </message>
</context>
<context>
    <name>widgets::BudgetSlider</name>
    <message>
        <source>File size</source>
        <translation>Dateigröße</translation>
    </message>
</context>
<context>
    <name>widgets::CacheSection</name>
    <message>
        <source>Use the usual folder</source>
        <translation>Den üblichen Ordner nehmen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove all...</source>
        <translation>Alle entfernen ...</translation>
    </message>
    <message>
        <source>Choose...</source>
        <translation>Wählen ...</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Quantized layers, statistics and measurements are kept in it, so that nothing is computed twice.</source>
        <translation>Quantisierte Schichten, Statistiken und Messungen werden darin aufbewahrt, damit nichts zweimal berechnet wird.</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>Höchstens</translation>
    </message>
    <message>
        <source>What was used longest ago makes room for what is new. Counts at once.</source>
        <translation>Was am längsten nicht gebraucht wurde, macht Neuem Platz. Gilt sofort.</translation>
    </message>
    <message>
        <source>Nothing is kept now: the folder cannot be made or written to.</source>
        <translation>Zurzeit wird nichts aufbewahrt: Der Ordner kann nicht angelegt oder beschrieben werden.</translation>
    </message>
    <message>
        <source>The folder is used from the next start on. Until then results are kept in &quot;%1&quot;, and stay there.</source>
        <translation>Der Ordner gilt ab dem nächsten Start. Bis dahin werden Ergebnisse in „%1“ aufbewahrt und bleiben dort.</translation>
    </message>
    <message>
        <source>Nothing is kept.</source>
        <translation>Es ist nichts aufbewahrt.</translation>
    </message>
    <message numerus="yes">
        <source>%n results, %1</source>
        <comment>and their size</comment>
        <translation>
            <numerusform>%n Ergebnis, %1</numerusform>
            <numerusform>%n Ergebnisse, %1</numerusform>
        </translation>
    </message>
    <message>
        <source>Remove %1?</source>
        <translation>%1 entfernen?</translation>
    </message>
    <message>
        <source>They are computed again when they are needed. Models, sessions and exported files stay as they are.</source>
        <translation>Sie werden neu berechnet, wenn sie gebraucht werden. Modelle, Sitzungen und exportierte Dateien bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation>Alle entfernen</translation>
    </message>
    <message>
        <source>Keep them</source>
        <translation>Behalten</translation>
    </message>
</context>
<context>
    <name>widgets::CacheTable</name>
    <message>
        <source>Quantized layers</source>
        <translation>Quantisierte Schichten</translation>
    </message>
    <message>
        <source>Statistics of weights and activations</source>
        <translation>Statistik von Gewichten und Aktivierungen</translation>
    </message>
    <message>
        <source>Measurements of what was lost</source>
        <translation>Messungen des Verlorenen</translation>
    </message>
    <message>
        <source>Damaged</source>
        <translation>Beschädigt</translation>
    </message>
    <message>
        <source>What is kept</source>
        <translation>Aufbewahrt</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>Anzahl</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Last used</source>
        <translation>Zuletzt gebraucht</translation>
    </message>
</context>
<context>
    <name>widgets::ChannelMap</name>
    <message>
        <source>absmax / median  %1×</source>
        <translation>Absmax / Median  %1×</translation>
    </message>
    <message>
        <source>%1×</source>
        <translation>%1×</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>%1, channel %2: %3 the median</source>
        <translation>%1, Kanal %2: %3 den Median</translation>
    </message>
    <message>
        <source>absmax / median, logarithmic  %1×</source>
        <translation>Absmax / Median, logarithmisch  %1×</translation>
    </message>
</context>
<context>
    <name>widgets::ChannelPlot</name>
    <message>
        <source>absmax</source>
        <translation>Absmax</translation>
    </message>
    <message>
        <source>outlier above %1× median</source>
        <translation>Ausreißer über %1× Median</translation>
    </message>
    <message>
        <source>channel %1  %2×</source>
        <translation>Kanal %1  %2×</translation>
    </message>
    <message>
        <source>channel %1</source>
        <translation>Kanal %1</translation>
    </message>
    <message>
        <source>Channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>Absmax</source>
        <translation>Absmax</translation>
    </message>
    <message>
        <source>× median</source>
        <translation>× Median</translation>
    </message>
    <message>
        <source>Channel %1: absmax %2</source>
        <translation>Kanal %1: Absmax %2</translation>
    </message>
    <message>
        <source>Channel %1: absmax %2, %3 median</source>
        <translation>Kanal %1: Absmax %2, %3 Median</translation>
    </message>
</context>
<context>
    <name>widgets::CheckList</name>
    <message>
        <source>Fine</source>
        <translation>In Ordnung</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Failure</source>
        <translation>Fehler</translation>
    </message>
</context>
<context>
    <name>widgets::ComparePage</name>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>%1 as much</source>
        <translation>%1 so viel</translation>
    </message>
    <message>
        <source>%1 less</source>
        <translation>%1 weniger</translation>
    </message>
    <message>
        <source>%1 more</source>
        <translation>%1 mehr</translation>
    </message>
    <message>
        <source>What was lost?</source>
        <translation>Was ging verloren?</translation>
    </message>
    <message>
        <source>Measure run</source>
        <translation>Lauf messen</translation>
    </message>
    <message>
        <source>Evaluation text...</source>
        <translation>Prüftext ...</translation>
    </message>
    <message>
        <source>Copy table</source>
        <translation>Tabelle kopieren</translation>
    </message>
    <message>
        <source>Drift by layer</source>
        <translation>Drift nach Schicht</translation>
    </message>
    <message>
        <source>Size against loss</source>
        <translation>Größe gegen Verlust</translation>
    </message>
    <message>
        <source>Nothing measured yet</source>
        <translation>Noch nichts gemessen</translation>
    </message>
    <message>
        <source>Quantize and measure the current recipe</source>
        <translation>Das jetzige Rezept quantisieren und messen</translation>
    </message>
    <message>
        <source>Quantizing and measuring shows perplexity, KL divergence and how often both models prefer the same token, on %1.</source>
        <translation>Quantisieren und Messen zeigt Perplexität, KL-Divergenz und wie oft beide Modelle dasselbe Token vorziehen, an %1.</translation>
    </message>
    <message>
        <source>Quantizing and measuring shows perplexity, KL divergence and how often both models prefer the same token, on %1. It takes about %2.</source>
        <translation>Quantisieren und Messen zeigt Perplexität, KL-Divergenz und wie oft beide Modelle dasselbe Token vorziehen, an %1. Es dauert etwa %2.</translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation>Neu messen</translation>
    </message>
    <message>
        <source>Locked while a job runs.</source>
        <translation>Gesperrt, solange ein Auftrag läuft.</translation>
    </message>
    <message>
        <source>B is %1 smaller than A and loses %2: KLD %3 against %4.</source>
        <translation>B ist %1 kleiner als A und verliert %2: KLD %3 gegen %4.</translation>
    </message>
    <message>
        <source>B is %1 larger than A and loses %2: KLD %3 against %4.</source>
        <translation>B ist %1 größer als A und verliert %2: KLD %3 gegen %4.</translation>
    </message>
    <message>
        <source>B has the size of A and loses %2: KLD %3 against %4.</source>
        <translation>B ist so groß wie A und verliert %2: KLD %3 gegen %4.</translation>
    </message>
    <message>
        <source>The pinned runs are not measured yet.</source>
        <translation>Die angehefteten Läufe sind noch nicht gemessen.</translation>
    </message>
    <message>
        <source>No run of this model has been made yet.</source>
        <translation>Von diesem Modell gibt es noch keinen Lauf.</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>Perplexität</translation>
    </message>
    <message>
        <source>KLD median</source>
        <translation>KLD Median</translation>
    </message>
    <message>
        <source>KLD 99 %</source>
        <translation>KLD 99 %</translation>
    </message>
    <message>
        <source>KLD maximum</source>
        <translation>KLD Maximum</translation>
    </message>
    <message>
        <source>Change of p, RMS</source>
        <translation>Änderung von p, RMS</translation>
    </message>
    <message>
        <source>Of the probability of the text&apos;s own next token.</source>
        <translation>Der Wahrscheinlichkeit des Tokens, das im Text wirklich folgt.</translation>
    </message>
    <message>
        <source>Same top token</source>
        <translation>Gleiches bestes Token</translation>
    </message>
    <message>
        <source>Arithmetic...</source>
        <translation>Rechenart ...</translation>
    </message>
    <message>
        <source>There is no run yet.</source>
        <translation>Es gibt noch keinen Lauf.</translation>
    </message>
    <message>
        <source>Choose a run in the table.</source>
        <translation>Wählen Sie einen Lauf in der Tabelle.</translation>
    </message>
    <message>
        <source>B has the size of A; this text shows no difference in what they lose: KLD %2 against %3.</source>
        <translation>B ist so groß wie A; dieser Text zeigt keinen Unterschied im Verlust: KLD %2 gegen %3.</translation>
    </message>
    <message>
        <source>B is %1 smaller than A; this text shows no difference in what they lose: KLD %2 against %3.</source>
        <translation>B ist %1 kleiner als A; dieser Text zeigt keinen Unterschied im Verlust: KLD %2 gegen %3.</translation>
    </message>
    <message>
        <source>B is %1 larger than A; this text shows no difference in what they lose: KLD %2 against %3.</source>
        <translation>B ist %1 größer als A; dieser Text zeigt keinen Unterschied im Verlust: KLD %2 gegen %3.</translation>
    </message>
    <message>
        <source>At the same positions they differ by %1.</source>
        <translation>An denselben Stellen unterscheiden sie sich um %1.</translation>
    </message>
    <message>
        <source>A and B were measured on different texts or with other settings: measure them again to compare them.</source>
        <translation>A und B wurden auf verschiedenen Texten oder mit anderen Einstellungen gemessen: Zum Vergleichen neu messen.</translation>
    </message>
    <message>
        <source>Add a file...</source>
        <translation>Datei hinzufügen ...</translation>
    </message>
    <message>
        <source>KLD 99.9 %</source>
        <translation>KLD 99,9 %</translation>
    </message>
    <message>
        <source>%1  ·  %2</source>
        <comment>a run, and what it was measured on</comment>
        <translation>%1  ·  %2</translation>
    </message>
    <message>
        <source>In words: both %1.</source>
        <translation>In Worten: beide %1.</translation>
    </message>
    <message>
        <source>In words: A %1, B %2.</source>
        <translation>In Worten: A %1, B %2.</translation>
    </message>
    <message>
        <source>%1 loses KLD %2 and prefers the original&apos;s token %3 of the time; perplexity %4. In words: %5.</source>
        <translation>%1 verliert KLD %2 und zieht in %3 der Fälle das Token des Originals vor; Perplexität %4. In Worten: %5.</translation>
    </message>
</context>
<context>
    <name>widgets::ComputingSection</name>
    <message>
        <source>all (%1)</source>
        <comment>processors</comment>
        <translation>alle (%1)</translation>
    </message>
    <message>
        <source>Processors</source>
        <translation>Prozessoren</translation>
    </message>
    <message>
        <source>Counts at once, also for what runs. Fewer leave room for other programs. The results are the same for any number.</source>
        <translation>Gilt sofort, auch für das, was läuft. Weniger lassen anderen Programmen Platz. Die Ergebnisse sind für jede Anzahl dieselben.</translation>
    </message>
</context>
<context>
    <name>widgets::CostCard</name>
    <message>
        <source>What a change costs</source>
        <translation>Was eine Änderung kostet</translation>
    </message>
    <message>
        <source>Select a tensor in the table.</source>
        <translation>Einen Tensor in der Tabelle wählen.</translation>
    </message>
    <message>
        <source>Assign</source>
        <translation>Zuweisen</translation>
    </message>
    <message>
        <source>%1: what a change costs</source>
        <comment>a tensor&apos;s name</comment>
        <translation>%1: was eine Änderung kostet</translation>
    </message>
    <message>
        <source>Norms and other vectors stay F32.</source>
        <translation>Normen und andere Vektoren bleiben F32.</translation>
    </message>
    <message>
        <source>Assign %1</source>
        <translation>%1 zuweisen</translation>
    </message>
    <message>
        <source>locked while it runs</source>
        <translation>gesperrt, solange es läuft</translation>
    </message>
    <message>
        <source>formats are mixed</source>
        <translation>gemischte Formate</translation>
    </message>
    <message>
        <source>choose a row to look at it</source>
        <translation>eine Zeile wählen</translation>
    </message>
    <message>
        <source>Formats for study</source>
        <translation>Formate zum Lernen</translation>
    </message>
    <message>
        <source>Locked while a job runs.</source>
        <translation>Gesperrt, solange ein Auftrag läuft.</translation>
    </message>
    <message>
        <source>Choose a row: the selected tensors have several formats.</source>
        <translation>Wählen Sie eine Zeile: Die ausgewählten Tensoren haben mehrere Formate.</translation>
    </message>
    <message>
        <source>The recipe has this format already.</source>
        <translation>Das Rezept hat dieses Format schon.</translation>
    </message>
    <message numerus="yes">
        <source>Output error: %1 of %n tensors in every format</source>
        <translation>
            <numerusform>Ausgabefehler: %1 von %n Tensor in jedem Format</numerusform>
            <numerusform>Ausgabefehler: %1 von %n Tensoren in jedem Format</numerusform>
        </translation>
    </message>
    <message>
        <source>Measure alone</source>
        <translation>Einzeln messen</translation>
    </message>
    <message>
        <source>Rounds each selected tensor alone to %1 and measures on the evaluation text what that loses.</source>
        <translation>Rundet jeden gewählten Tensor allein auf %1 und misst am Auswertungstext, was das verliert.</translation>
    </message>
    <message numerus="yes">
        <source>Weight error: %1 of %n tensors in every format</source>
        <translation>
            <numerusform>Gewichtsfehler: %1 von %n Tensor in jedem Format</numerusform>
            <numerusform>Gewichtsfehler: %1 von %n Tensoren in jedem Format</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>widgets::CostTable</name>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Output error</source>
        <translation>Ausgabefehler</translation>
    </message>
    <message>
        <source>How far the tensor&apos;s output moves, relative to the output itself</source>
        <translation>Wie weit sich die Ausgabe des Tensors bewegt, gemessen an ihr selbst</translation>
    </message>
    <message>
        <source>Formats and what they cost</source>
        <translation>Formate und was sie kosten</translation>
    </message>
    <message>
        <source>in recipe</source>
        <translation>im Rezept</translation>
    </message>
    <message>
        <source>%1 in %2</source>
        <translation>%1 in %2</translation>
    </message>
    <message>
        <source>Output error %1</source>
        <translation>Ausgabefehler %1</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <comment>number of tensors, format</comment>
        <translation>%1 auf %2</translation>
    </message>
    <message>
        <source>Its rows do not fit; it falls back to %1.</source>
        <translation>Seine Zeilen passen nicht; er fällt auf %1 zurück.</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n tensors fall back: %2.</source>
        <translation>
            <numerusform>%1 von %n Tensor fällt zurück: %2.</numerusform>
            <numerusform>%1 von %n Tensoren fallen zurück: %2.</numerusform>
        </translation>
    </message>
    <message>
        <source>KLD × 10⁻³</source>
        <translation>KLD × 10⁻³</translation>
    </message>
    <message>
        <source>KL divergence, nats a token, of these tensors rounded alone: ○ predicted, ● measured</source>
        <translation>KL-Divergenz in nat je Token, wenn nur diese Tensoren gerundet werden: ○ vorhergesagt, ● gemessen</translation>
    </message>
    <message>
        <source>Measured alone: KLD %1</source>
        <comment>costs</comment>
        <translation>Einzeln gemessen: KLD %1</translation>
    </message>
    <message>
        <source>Predicted: KLD %1</source>
        <comment>costs</comment>
        <translation>Vorhergesagt: KLD %1</translation>
    </message>
    <message>
        <source>Weight error %1</source>
        <translation>Gewichtsfehler %1</translation>
    </message>
    <message numerus="yes">
        <source>%1, mean of %2 of %n tensors</source>
        <comment>an error</comment>
        <translation>
            <numerusform>%1, Mittel von %2 von %n Tensor</numerusform>
            <numerusform>%1, Mittel von %2 von %n Tensoren</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, mean of %n tensors</source>
        <comment>an error</comment>
        <translation>
            <numerusform>%1, Mittel von %n Tensor</numerusform>
            <numerusform>%1, Mittel von %n Tensoren</numerusform>
        </translation>
    </message>
    <message>
        <source>Weight error</source>
        <translation>Gewichtsfehler</translation>
    </message>
    <message>
        <source>How far the weights move, relative to the weights themselves. Measure activations to know how far the output moves.</source>
        <translation>Wie weit sich die Gewichte verschieben, bezogen auf die Gewichte selbst. Wie weit sich die Ausgabe verschiebt, ist bekannt, wenn Aktivierungen gemessen sind.</translation>
    </message>
</context>
<context>
    <name>widgets::DataDialog</name>
    <message>
        <source>Copy table</source>
        <translation>Tabelle kopieren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>widgets::DetailCard</name>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>Worst tokens</source>
        <translation>Schlechteste Token</translation>
    </message>
    <message>
        <source>Figures</source>
        <translation>Zahlen</translation>
    </message>
    <message>
        <source>What is shown of A and B</source>
        <translation>Was von A und B gezeigt wird</translation>
    </message>
    <message>
        <source>%1: not measured yet</source>
        <translation>%1: noch nicht gemessen</translation>
    </message>
</context>
<context>
    <name>widgets::DeviceSection</name>
    <message>
        <source>Own devices</source>
        <translation>Eigene Geräte</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Bandwidth</source>
        <translation>Bandbreite</translation>
    </message>
    <message>
        <source>Remove device</source>
        <translation>Gerät entfernen</translation>
    </message>
    <message>
        <source>Add device</source>
        <translation>Gerät hinzufügen</translation>
    </message>
    <message>
        <source> tokens</source>
        <translation> Token</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>Kontext</translation>
    </message>
    <message>
        <source>Tokens whose keys and values are read for each new one.</source>
        <translation>Token, deren Schlüssel und Werte für jedes neue gelesen werden.</translation>
    </message>
    <message>
        <source>The bound of tokens/s holds at this many tokens, or at as many as the model was trained for where those are fewer.</source>
        <translation>„Token/s höchstens“ gilt bei so vielen Token, oder bei so vielen, wie das Modell im Training hatte, wo das weniger sind.</translation>
    </message>
    <message>
        <source>Of the memory that the weights lie in, as the maker states it.</source>
        <translation>Des Speichers, in dem die Gewichte liegen, wie der Hersteller sie angibt.</translation>
    </message>
    <message>
        <source>New device</source>
        <translation>Neues Gerät</translation>
    </message>
    <message>
        <source>There is no room for more than %1 devices.</source>
        <translation>Mehr als %1 Geräte haben keinen Platz.</translation>
    </message>
    <message>
        <source>There is a device of this name.</source>
        <translation>Ein Gerät dieses Namens gibt es schon.</translation>
    </message>
</context>
<context>
    <name>widgets::Dialog</name>
    <message>
        <source>OK</source>
        <translation>OK</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>widgets::DriftPlot</name>
    <message>
        <source>after attention (a) or feed-forward (f) of layer</source>
        <translation>nach Attention (a) oder Feed-forward (f) der Schicht</translation>
    </message>
    <message>
        <source>relative error</source>
        <translation>relativer Fehler</translation>
    </message>
    <message>
        <source>emb</source>
        <comment>short for embedding</comment>
        <translation>Emb</translation>
    </message>
    <message>
        <source>depth</source>
        <translation>Tiefe</translation>
    </message>
    <message>
        <source>%1 at %2: error %3, cosine %4</source>
        <translation>%1 bei %2: Fehler %3, Kosinus %4</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>%1&#xa0;%</source>
        <translation>%1&#xa0;%</translation>
    </message>
    <message>
        <source>%1 ±</source>
        <comment>the error of a column</comment>
        <translation>%1 ±</translation>
    </message>
</context>
<context>
    <name>widgets::DropArea</name>
    <message>
        <source>Open folder...</source>
        <translation>Ordner öffnen ...</translation>
    </message>
    <message>
        <source>Open file...</source>
        <translation>Datei öffnen ...</translation>
    </message>
    <message>
        <source>Drop a model folder or file here</source>
        <translation>Modellordner oder -datei hierher ziehen</translation>
    </message>
    <message>
        <source>safetensors folders, GGUF files  ·  models larger than memory are fine</source>
        <translation>safetensors-Ordner, GGUF-Dateien  ·  auch Modelle, die größer als der Speicher sind</translation>
    </message>
</context>
<context>
    <name>widgets::DumbbellPlot</name>
    <message>
        <source>tensor</source>
        <translation>Tensor</translation>
    </message>
    <message>
        <source>importance-weighted</source>
        <translation>nach Wichtigkeit</translation>
    </message>
    <message>
        <source>%1: %2 %3, importance-weighted %4</source>
        <translation>%1: %2 %3, nach Wichtigkeit %4</translation>
    </message>
</context>
<context>
    <name>widgets::ExistingChoice</name>
    <message>
        <source>Replace it</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>This file is read and never replaced. A free name:</source>
        <translation>Diese Datei wird gelesen und nie ersetzt. Ein freier Name:</translation>
    </message>
    <message>
        <source>A file of this name exists. Replace it, or take a free name:</source>
        <translation>Eine Datei dieses Namens existiert. Ersetzen oder einen freien Namen nehmen:</translation>
    </message>
    <message>
        <source>Write %1 instead</source>
        <translation>Stattdessen %1 schreiben</translation>
    </message>
</context>
<context>
    <name>widgets::ExportForm</name>
    <message>
        <source>Choose...</source>
        <translation>Wählen ...</translation>
    </message>
    <message>
        <source>What to write</source>
        <translation>Was geschrieben wird</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>File name</source>
        <translation>Dateiname</translation>
    </message>
    <message>
        <source>Model name</source>
        <translation>Modellname</translation>
    </message>
    <message>
        <source>as in the checkpoint</source>
        <translation>wie im Checkpoint</translation>
    </message>
    <message>
        <source>License</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>not set</source>
        <translation>nicht gesetzt</translation>
    </message>
    <message>
        <source>%1, %2, %3</source>
        <translation>%1, %2, %3</translation>
    </message>
    <message>
        <source>It is a file already, and nothing of it was rounded here: copy it where it is needed.</source>
        <translation>Es ist schon eine Datei, und nichts davon wurde hier gerundet: kopieren, wohin sie soll.</translation>
    </message>
</context>
<context>
    <name>widgets::ExportPage</name>
    <message>
        <source>What will be written?</source>
        <translation>Was wird geschrieben?</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>What is in the file</source>
        <translation>Was in der Datei ist</translation>
    </message>
    <message>
        <source>to scale; click a part to select its tensors</source>
        <translation>maßstäblich; ein Klick wählt die Tensoren</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>Prüfungen</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Metadata key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Metadata of the file</source>
        <translation>Metadaten der Datei</translation>
    </message>
    <message>
        <source>Run it in llama.cpp</source>
        <translation>In llama.cpp starten</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Command for llama.cpp</source>
        <translation>Befehl für llama.cpp</translation>
    </message>
    <message numerus="yes">
        <source>%1 is ready: %2, %n tensors verified in %3.</source>
        <translation>
            <numerusform>%1 ist fertig: %2, %n Tensor in %3 geprüft.</numerusform>
            <numerusform>%1 ist fertig: %2, %n Tensoren in %3 geprüft.</numerusform>
        </translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>No file was kept. An older file of that name is as it was.</source>
        <translation>Es bleibt keine Datei zurück. Eine ältere Datei dieses Namens ist, wie sie war.</translation>
    </message>
    <message>
        <source>One GGUF file of exactly %1. It was written beside its target, read back block by block, and renamed.</source>
        <translation>Eine GGUF-Datei von genau %1. Sie wurde neben dem Ziel geschrieben, Block für Block zurückgelesen und umbenannt.</translation>
    </message>
    <message>
        <source>One GGUF file of exactly %1. It will be written beside its target, read back block by block, and renamed.</source>
        <translation>Eine GGUF-Datei von genau %1. Sie wird neben dem Ziel geschrieben, Block für Block zurückgelesen und umbenannt.</translation>
    </message>
    <message>
        <source>Quantize and export</source>
        <translation>Quantisieren und exportieren</translation>
    </message>
    <message>
        <source>Export again</source>
        <translation>Erneut exportieren</translation>
    </message>
    <message>
        <source>Metadata, tokenizer</source>
        <translation>Metadaten, Tokenizer</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Attention</translation>
    </message>
    <message>
        <source>Feed-forward</source>
        <translation>Feed-forward</translation>
    </message>
    <message>
        <source>The folder does not exist</source>
        <translation>Der Ordner existiert nicht</translation>
    </message>
    <message>
        <source>Disk space</source>
        <translation>Speicherplatz</translation>
    </message>
    <message>
        <source>%1 of %2 free</source>
        <translation>%1 von %2 frei</translation>
    </message>
    <message>
        <source>A file of this name exists</source>
        <translation>Eine Datei dieses Namens existiert</translation>
    </message>
    <message>
        <source>will be replaced</source>
        <translation>wird ersetzt</translation>
    </message>
    <message>
        <source>Every row fits its format</source>
        <translation>Jede Zeile passt in ihr Format</translation>
    </message>
    <message>
        <source>Some rows do not fit their format</source>
        <translation>Manche Zeilen passen nicht in ihr Format</translation>
    </message>
    <message numerus="yes">
        <source>%n fallbacks</source>
        <translation>
            <numerusform>%n weicht aus</numerusform>
            <numerusform>%n weichen aus</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %1</source>
        <translation>%1 von %1</translation>
    </message>
    <message>
        <source>after writing</source>
        <translation>nach dem Schreiben</translation>
    </message>
    <message>
        <source>Not measured against the original</source>
        <translation>Nicht gegen das Original gemessen</translation>
    </message>
    <message>
        <source>Measured against the original</source>
        <translation>Gegen das Original gemessen</translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation>Tokenizer</translation>
    </message>
    <message>
        <source>written</source>
        <translation>geschrieben</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation>Chat-Vorlage</translation>
    </message>
    <message>
        <source>No chat template in this model</source>
        <translation>Keine Chat-Vorlage in diesem Modell</translation>
    </message>
    <message>
        <source>not written</source>
        <translation>nicht geschrieben</translation>
    </message>
    <message>
        <source>%1 free</source>
        <translation>%1 frei</translation>
    </message>
    <message>
        <source>Read back and compared</source>
        <translation>Zurückgelesen und verglichen</translation>
    </message>
    <message>
        <source>The file needs a name</source>
        <translation>Die Datei braucht einen Namen</translation>
    </message>
    <message>
        <source>A file that is read is never replaced</source>
        <translation>Eine Datei, die gelesen wird, wird nie ersetzt</translation>
    </message>
    <message>
        <source>A file of this name exists: choose beside the name</source>
        <translation>Eine Datei dieses Namens existiert: neben dem Namen wählen</translation>
    </message>
    <message>
        <source>A file that is read has this name</source>
        <translation>Eine Datei, die gelesen wird, heißt so</translation>
    </message>
    <message>
        <source>is never replaced</source>
        <translation>wird nie ersetzt</translation>
    </message>
    <message>
        <source>choice needed</source>
        <translation>Auswahl nötig</translation>
    </message>
    <message>
        <source>Other matrices</source>
        <translation>Andere Matrizen</translation>
    </message>
    <message>
        <source>Norms and other vectors</source>
        <translation>Normen und andere Vektoren</translation>
    </message>
</context>
<context>
    <name>widgets::FileBar</name>
    <message>
        <source>What is in the file</source>
        <translation>Was in der Datei ist</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
</context>
<context>
    <name>widgets::FormatAbout</name>
    <message>
        <source>K formats: super-blocks of 256</source>
        <translation>K-Formate: Superblöcke von 256</translation>
    </message>
    <message>
        <source>Groups of 32</source>
        <translation>Gruppen von 32</translation>
    </message>
    <message>
        <source>Uneven levels</source>
        <translation>Ungleiche Stufen</translation>
    </message>
    <message>
        <source>Small floating point</source>
        <translation>Kleine Gleitkommaformate</translation>
    </message>
    <message>
        <source>One and two bits</source>
        <translation>Ein und zwei Bit</translation>
    </message>
    <message>
        <source>Not quantized</source>
        <translation>Nicht quantisiert</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>Andere</translation>
    </message>
    <message>
        <source>%1 · %2 bits</source>
        <comment>format and its bits per weight</comment>
        <translation>%1 · %2 Bit</translation>
    </message>
    <message>
        <source>32-bit floating point: nothing is lost.</source>
        <translation>32-Bit-Gleitkomma: nichts geht verloren.</translation>
    </message>
    <message>
        <source>16-bit floating point, largest value 65504.</source>
        <translation>16-Bit-Gleitkomma, größter Wert 65504.</translation>
    </message>
    <message>
        <source>The upper half of F32: its range, 8 binary digits.</source>
        <translation>Die obere Hälfte von F32: dessen Bereich, 8 Binärstellen.</translation>
    </message>
    <message>
        <source>Groups of 32 with one scale. Next to lossless.</source>
        <translation>Gruppen von 32 mit einer Skala. Fast verlustfrei.</translation>
    </message>
    <message>
        <source>Groups of 32 with a scale and a minimum.</source>
        <translation>Gruppen von 32 mit Skala und Minimum.</translation>
    </message>
    <message>
        <source>Groups of 32 with one scale.</source>
        <translation>Gruppen von 32 mit einer Skala.</translation>
    </message>
    <message>
        <source>Groups of 32 with one scale. The quickest to run.</source>
        <translation>Gruppen von 32 mit einer Skala. Läuft am schnellsten.</translation>
    </message>
    <message>
        <source>Super-blocks of 256: groups of 16, 8-bit scales.</source>
        <translation>Superblöcke von 256: Gruppen von 16, 8-Bit-Skalen.</translation>
    </message>
    <message>
        <source>Super-blocks of 256: groups of 32, 6-bit scales and minimums.</source>
        <translation>Superblöcke von 256: Gruppen von 32, 6-Bit-Skalen und -Minima.</translation>
    </message>
    <message>
        <source>Super-blocks of 256: groups of 32, 6-bit scales and minimums. A good start.</source>
        <translation>Superblöcke von 256: Gruppen von 32, 6-Bit-Skalen und -Minima. Ein guter Anfang.</translation>
    </message>
    <message>
        <source>Super-blocks of 256: groups of 16, 6-bit scales.</source>
        <translation>Superblöcke von 256: Gruppen von 16, 6-Bit-Skalen.</translation>
    </message>
    <message>
        <source>Super-blocks of 256: groups of 16, 4-bit scales and minimums. Calibrate it.</source>
        <translation>Superblöcke von 256: Gruppen von 16, 4-Bit-Skalen und -Minima. Kalibrieren.</translation>
    </message>
    <message>
        <source>Groups of 32 on 16 levels that lie closer near 0.</source>
        <translation>Gruppen von 32 auf 16 Stufen, die bei 0 dichter liegen.</translation>
    </message>
    <message>
        <source>The levels of IQ4_NL in super-blocks of 256.</source>
        <translation>Die Stufen von IQ4_NL in Superblöcken von 256.</translation>
    </message>
    <message>
        <source>Groups of 32 in 4-bit floating point, scale a power of two.</source>
        <translation>Gruppen von 32 in 4-Bit-Gleitkomma, Skala eine Zweierpotenz.</translation>
    </message>
    <message>
        <source>Groups of 16 in 4-bit floating point, 8-bit floating scales.</source>
        <translation>Gruppen von 16 in 4-Bit-Gleitkomma, Skalen in 8-Bit-Gleitkomma.</translation>
    </message>
    <message>
        <source>−1, 0 or 1 times one scale for 256 weights. For models trained so.</source>
        <translation>−1, 0 oder 1 mal eine Skala für 256 Gewichte. Für so trainierte Modelle.</translation>
    </message>
    <message>
        <source>As TQ2_0, packed closer.</source>
        <translation>Wie TQ2_0, dichter gepackt.</translation>
    </message>
    <message>
        <source>Four levels, one scale for 64 weights.</source>
        <translation>Vier Stufen, eine Skala für 64 Gewichte.</translation>
    </message>
    <message>
        <source>Two levels, one scale for 128 weights.</source>
        <translation>Zwei Stufen, eine Skala für 128 Gewichte.</translation>
    </message>
    <message>
        <source>Integers around 0 times a scale.</source>
        <translation>Ganze Zahlen um 0 mal eine Skala.</translation>
    </message>
    <message>
        <source>Integers with a zero point, from the least weight on.</source>
        <translation>Ganze Zahlen mit Nullpunkt, ab dem kleinsten Gewicht.</translation>
    </message>
    <message>
        <source>16 levels that a normal distribution fills evenly.</source>
        <translation>16 Stufen, die eine Normalverteilung gleichmäßig füllt.</translation>
    </message>
    <message>
        <source>16 levels that a normal distribution fills evenly; its scales are quantized, too.</source>
        <translation>16 Stufen, die eine Normalverteilung gleichmäßig füllt; auch die Skalen sind quantisiert.</translation>
    </message>
    <message>
        <source>8-bit floating point, 4 bits of exponent: finer, up to 448.</source>
        <translation>8-Bit-Gleitkomma, 4 Bit Exponent: feiner, bis 448.</translation>
    </message>
    <message>
        <source>8-bit floating point, 5 bits of exponent: coarser, up to 57344.</source>
        <translation>8-Bit-Gleitkomma, 5 Bit Exponent: gröber, bis 57344.</translation>
    </message>
    <message>
        <source>Powers of two and 0.</source>
        <translation>Zweierpotenzen und 0.</translation>
    </message>
    <message>
        <source>−1, 0 or 1 times a scale.</source>
        <translation>−1, 0 oder 1 mal eine Skala.</translation>
    </message>
    <message>
        <source>−1 or 1 times a scale.</source>
        <translation>−1 oder 1 mal eine Skala.</translation>
    </message>
    <message>
        <source>For study: measured, never exported</source>
        <translation>Zum Lernen: gemessen, nie exportiert</translation>
    </message>
    <message>
        <source>A tensor stays as it is and is copied byte for byte.</source>
        <translation>Ein Tensor bleibt, wie er ist, und wird Byte für Byte kopiert.</translation>
    </message>
    <message>
        <source>As in the file</source>
        <comment>a preset</comment>
        <translation>Wie in der Datei</translation>
    </message>
    <message>
        <source>Mix of %1 bits</source>
        <comment>a recipe</comment>
        <translation>Mischung aus %1 Bit</translation>
    </message>
</context>
<context>
    <name>widgets::FormatDelegate</name>
    <message>
        <source>Format of the selected tensors</source>
        <translation>Format der gewählten Tensoren</translation>
    </message>
</context>
<context>
    <name>widgets::GptqForm</name>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>Sweeps</source>
        <translation>Durchgänge</translation>
    </message>
    <message>
        <source>After rounding, each block is rounded again given all the others, scales included:
at most so often, it ends where nothing improves.</source>
        <translation>Nach dem Runden wird jeder Block neu gerundet, alle anderen gegeben, samt Skalen:
höchstens so oft, es endet, wo nichts mehr besser wird.</translation>
    </message>
    <message>
        <source>Round outputs together</source>
        <translation>Ausgänge gemeinsam runden</translation>
    </message>
    <message>
        <source>Lets rows make up for the errors of rows before them, as far as the end loss depends
on both outputs: takes one pass back through the original model.</source>
        <translation>Lässt Zeilen die Fehler früherer Zeilen ausgleichen, soweit der Verlust am Ende von
beiden Ausgängen abhängt: braucht einen Rückweg durch das ursprüngliche Modell.</translation>
    </message>
    <message>
        <source>Refit the norms</source>
        <translation>Normen nachführen</translation>
    </message>
    <message>
        <source>Norm weights stay F32 in the file, so they may be fitted to the rounded matrices
behind them at no cost.</source>
        <translation>Normgewichte bleiben F32 in der Datei und lassen sich ohne Mehrbedarf an die
gerundeten Matrizen dahinter anpassen.</translation>
    </message>
    <message>
        <source>Order the neurons</source>
        <translation>Neuronen ordnen</translation>
    </message>
    <message>
        <source>Puts the most active neurons of each feed-forward first, so that ffn_down rounds
its columns in that order. The model stays the same.</source>
        <translation>Stellt die aktivsten Neuronen jedes Feed-Forward-Teils an den Anfang, damit ffn_down
seine Spalten in dieser Reihenfolge rundet. Das Modell bleibt dasselbe.</translation>
    </message>
    <message>
        <source>Weigh the tokens</source>
        <translation>Tokens gewichten</translation>
    </message>
    <message>
        <source>Counts an error relative to the size of the residual stream at its token, so that
tokens with massive activations do not outweigh all others.</source>
        <translation>Zählt einen Fehler im Verhältnis zur Größe des Residualstroms bei seinem Token, damit
Tokens mit massiven Aktivierungen nicht alle anderen überwiegen.</translation>
    </message>
    <message>
        <source>original outputs, by data</source>
        <translation>Ausgaben, nach Daten</translation>
    </message>
    <message>
        <source>original outputs, as given</source>
        <translation>Ausgaben, wie gesetzt</translation>
    </message>
    <message>
        <source>original weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>Aim at</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>The outputs of the original model on its own inputs make up for what earlier layers
lost. How far to follow them is chosen on held-out sequences, or given below.</source>
        <translation>Die Ausgaben des Originalmodells auf seinen eigenen Eingaben gleichen aus, was frühere
Schichten verloren. Wie weit ihnen zu folgen ist, entscheiden zurückgehaltene Sequenzen oder die Angaben unten.</translation>
    </message>
    <message>
        <source> % of the drift</source>
        <translation> % der Drift</translation>
    </message>
    <message>
        <source>Take up</source>
        <translation>Auffangen</translation>
    </message>
    <message>
        <source>How much of the residual stream&apos;s drift attn_output and ffn_down take up.</source>
        <translation>Wie viel von der Drift des Residualstroms attn_output und ffn_down auffangen.</translation>
    </message>
    <message>
        <source> % of the mean diagonal</source>
        <translation> % der Diagonale</translation>
    </message>
    <message>
        <source>Target damping</source>
        <translation>Zieldämpfung</translation>
    </message>
    <message>
        <source>Keeps the weights aimed at near the original ones: more is more careful.</source>
        <translation>Hält die angestrebten Gewichte nahe an den ursprünglichen: mehr ist vorsichtiger.</translation>
    </message>
    <message>
        <source>Hold sequences out</source>
        <translation>Sequenzen zurückhalten</translation>
    </message>
    <message>
        <source>Chooses by a quarter of the sequences, held out, what the text can support. Without,
all of the text is believed and errors are those on it.</source>
        <translation>Wählt nach einem zurückgehaltenen Viertel der Sequenzen, was der Text tragen kann. Ohne
das wird dem ganzen Text geglaubt, und die Fehler sind die auf ihm.</translation>
    </message>
    <message>
        <source>Weigh by gradients</source>
        <translation>Nach Gradienten gewichten</translation>
    </message>
    <message>
        <source>Counts an error as far as the end loss depends on its token. With outputs rounded
together only, whose pass back tells it.</source>
        <translation>Ein Fehler zählt so weit, wie der Verlust am Ende von seinem Token abhängt. Nur mit
gemeinsam gerundeten Ausgängen, deren Durchgang zurück es sagt.</translation>
    </message>
</context>
<context>
    <name>widgets::Grade</name>
    <message>
        <source>Use it.</source>
        <translation>Nehmen.</translation>
    </message>
    <message>
        <source>Use it only where the original does not fit.</source>
        <translation>Nur nehmen, wo das Original nicht passt.</translation>
    </message>
    <message>
        <source>Not worth it, keep the original.</source>
        <translation>Lohnt nicht, das Original behalten.</translation>
    </message>
    <message>
        <source>as good as the original</source>
        <translation>so gut wie das Original</translation>
    </message>
    <message>
        <source>slightly worse</source>
        <translation>etwas schlechter</translation>
    </message>
    <message>
        <source>clearly worse</source>
        <translation>deutlich schlechter</translation>
    </message>
    <message>
        <source>damaged</source>
        <translation>beschädigt</translation>
    </message>
    <message>
        <source>As good as the original</source>
        <translation>So gut wie das Original</translation>
    </message>
    <message>
        <source>Slightly worse</source>
        <translation>Etwas schlechter</translation>
    </message>
    <message>
        <source>Clearly smaller</source>
        <translation>Deutlich kleiner</translation>
    </message>
    <message>
        <source>%1 larger</source>
        <comment>a file than another</comment>
        <translation>%1 größer</translation>
    </message>
    <message>
        <source>%1 smaller</source>
        <comment>a file than another</comment>
        <translation>%1 kleiner</translation>
    </message>
    <message>
        <source>%1, %2 same token, perplexity %3: %4. %5</source>
        <extracomment>64.2 % smaller, 97.1 % same token, perplexity +0.2 %: as good as the original. Use it.</extracomment>
        <translation>%1, %2 gleiches Token, Perplexität %3: %4. %5</translation>
    </message>
    <message>
        <source>Beyond all limits of the grades.</source>
        <translation>Jenseits aller Grenzen der Noten.</translation>
    </message>
    <message>
        <source>%1: KLD up to %2 nats a token, and where it is measured the same likeliest token at %3 of all positions or more.</source>
        <translation>%1: KLD bis %2 Nats je Token, und wo gemessen ist, dasselbe wahrscheinlichste Token an mindestens %3 aller Stellen.</translation>
    </message>
</context>
<context>
    <name>widgets::HeatMap</name>
    <message>
        <source>%1, %2: %3 %4</source>
        <translation>%1, %2: %3 %4</translation>
    </message>
    <message>
        <source>%1 and more, up to %2</source>
        <translation>%1 und mehr, bis %2</translation>
    </message>
    <message>
        <source>%1  (logarithmic)</source>
        <comment>end of a scale</comment>
        <translation>%1  (logarithmisch)</translation>
    </message>
</context>
<context>
    <name>widgets::HistogramPlot</name>
    <message>
        <source>From</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>To</source>
        <translation>Bis</translation>
    </message>
    <message>
        <source>Count</source>
        <translation>Anzahl</translation>
    </message>
    <message>
        <source>%1 to %2: %3</source>
        <translation>%1 bis %2: %3</translation>
    </message>
</context>
<context>
    <name>widgets::JobArea</name>
    <message>
        <source>Pause (Space)</source>
        <translation>Anhalten (Leertaste)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Job</source>
        <translation>Auftrag</translation>
    </message>
    <message>
        <source>Resume (Space)</source>
        <translation>Fortsetzen (Leertaste)</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>%1 left</source>
        <translation>noch %1</translation>
    </message>
    <message>
        <source>No job running</source>
        <translation>Kein Auftrag läuft</translation>
    </message>
    <message>
        <source>Jobs run here, one at a time.</source>
        <translation>Hier laufen Aufträge, einer nach dem anderen.</translation>
    </message>
    <message>
        <source>%1 % · %2</source>
        <comment>share done, job</comment>
        <translation>%1 % · %2</translation>
    </message>
    <message>
        <source>%1 ▾</source>
        <comment>opens the queue</comment>
        <translation>%1 ▾</translation>
    </message>
    <message>
        <source>Queue: %1</source>
        <translation>Warteschlange: %1</translation>
    </message>
    <message>
        <source>Show the queue</source>
        <translation>Die Warteschlange zeigen</translation>
    </message>
    <message>
        <source>%1  ·  %2</source>
        <comment>a job and its model</comment>
        <translation>%1  ·  %2</translation>
    </message>
</context>
<context>
    <name>widgets::JudgedText</name>
    <message numerus="yes">
        <source>Output error %1 on %n held-out sequences</source>
        <translation>
            <numerusform>Ausgabefehler %1 auf %n zurückgehaltenen Sequenz</numerusform>
            <numerusform>Ausgabefehler %1 auf %n zurückgehaltenen Sequenzen</numerusform>
        </translation>
    </message>
    <message>
        <source>Output error %1 on the calibration text</source>
        <translation>Ausgabefehler %1 auf dem Kalibriertext</translation>
    </message>
    <message>
        <source>Weight error %1, without a text</source>
        <translation>Gewichtsfehler %1, ohne Text</translation>
    </message>
    <message numerus="yes">
        <source>Output error by tensor, on %n held-out sequences</source>
        <translation>
            <numerusform>Ausgabefehler nach Tensor, auf %n zurückgehaltenen Sequenz</numerusform>
            <numerusform>Ausgabefehler nach Tensor, auf %n zurückgehaltenen Sequenzen</numerusform>
        </translation>
    </message>
    <message>
        <source>Output error by tensor, on the calibration text</source>
        <translation>Ausgabefehler nach Tensor, auf dem Kalibriertext</translation>
    </message>
    <message>
        <source>Weight error by tensor, without a text</source>
        <translation>Gewichtsfehler nach Tensor, ohne Text</translation>
    </message>
</context>
<context>
    <name>widgets::LargestValues</name>
    <message>
        <source>After</source>
        <translation>Nach</translation>
    </message>
    <message>
        <source>Chan.</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>÷ med.</source>
        <translation>÷ Med.</translation>
    </message>
    <message>
        <source>Token</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>Relative to the largest value of the median channel there.</source>
        <translation>Gemessen am größten Wert des mittleren Kanals dort.</translation>
    </message>
    <message>
        <source>Largest values</source>
        <translation>Größte Werte</translation>
    </message>
    <message>
        <source>…%1[%2]%3…</source>
        <translation>…%1[%2]%3…</translation>
    </message>
</context>
<context>
    <name>widgets::LooksSection</name>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>Textgröße</translation>
    </message>
    <message>
        <source>The language changes at the next start.</source>
        <translation>Die Sprache wechselt beim nächsten Start.</translation>
    </message>
</context>
<context>
    <name>widgets::MessageBar</name>
    <message>
        <source>Copy details</source>
        <translation>Einzelheiten kopieren</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>widgets::MethodChooser</name>
    <message>
        <source>rounding to nearest</source>
        <translation>Runden zum nächsten Wert</translation>
    </message>
    <message>
        <source>importance-weighted rounding</source>
        <translation>Runden nach Wichtigkeit</translation>
    </message>
    <message>
        <source>GPTQ</source>
        <translation>GPTQ</translation>
    </message>
    <message>
        <source>Round to nearest</source>
        <translation>Zum nächsten Wert</translation>
    </message>
    <message>
        <source>Each weight to the closest level. No text needed.</source>
        <translation>Jedes Gewicht zur nächsten Stufe. Braucht keinen Text.</translation>
    </message>
    <message>
        <source>Importance-weighted</source>
        <translation>Nach Wichtigkeit</translation>
    </message>
    <message>
        <source>Rounds important channels more carefully, as llama.cpp&apos;s imatrix does.</source>
        <translation>Rundet wichtige Kanäle sorgfältiger, wie llama.cpp mit seiner imatrix.</translation>
    </message>
    <message>
        <source>Each column makes up for the errors of the ones before it. Best at 2–4 bits.</source>
        <translation>Jede Spalte gleicht die Fehler der vorigen aus. Am besten bei 2–4 Bit.</translation>
    </message>
    <message>
        <source>HQQ</source>
        <translation>HQQ</translation>
    </message>
    <message>
        <source>AWQ and %1</source>
        <translation>AWQ und %1</translation>
    </message>
    <message>
        <source>Scale the channels first (AWQ)</source>
        <translation>Kanäle zuerst skalieren (AWQ)</translation>
    </message>
    <message>
        <source>Large weights do not spoil the scales. No text needed.</source>
        <translation>Große Gewichte verderben die Skalen nicht. Ohne Text.</translation>
    </message>
    <message>
        <source>Channels with large inputs are rounded more finely.</source>
        <translation>Kanäle mit großen Eingaben werden feiner gerundet.</translation>
    </message>
    <message>
        <source>With an importance file only.</source>
        <translation>Nur mit einer Wichtigkeitsdatei.</translation>
    </message>
</context>
<context>
    <name>widgets::ModelDiagram</name>
    <message>
        <source>Architecture</source>
        <translation>Architektur</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
</context>
<context>
    <name>widgets::ModelPage</name>
    <message>
        <source>What is in this model?</source>
        <translation>Was ist in diesem Modell?</translation>
    </message>
    <message>
        <source>Facts</source>
        <translation>Fakten</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Open model...</source>
        <translation>Modell öffnen ...</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>Architektur</translation>
    </message>
    <message>
        <source>click a box to select its tensors in the table</source>
        <translation>ein Klick auf ein Kästchen wählt seine Tensoren</translation>
    </message>
    <message>
        <source>Where the parameters are</source>
        <translation>Wo die Parameter sind</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>Prüfungen</translation>
    </message>
</context>
<context>
    <name>widgets::NotComputed</name>
    <message>
        <source>No text can run through this model (%1).</source>
        <translation>Durch dieses Modell kann kein Text laufen (%1).</translation>
    </message>
    <message>
        <source>The model has no tokenizer, so no text can run through it.</source>
        <translation>Das Modell hat keinen Tokenizer, also kann kein Text hindurchlaufen.</translation>
    </message>
</context>
<context>
    <name>widgets::Page</name>
    <message>
        <source>More actions</source>
        <translation>Weitere Aktionen</translation>
    </message>
    <message>
        <source>Heading</source>
        <translation>Überschrift</translation>
    </message>
    <message>
        <source>There is nothing to start on this page now.</source>
        <translation>Auf dieser Seite gibt es gerade nichts zu starten.</translation>
    </message>
    <message>
        <source>%1 is not possible now.</source>
        <translation>%1 ist gerade nicht möglich.</translation>
    </message>
</context>
<context>
    <name>widgets::PageBar</name>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>Activations</source>
        <translation>Aktivierungen</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>Genauigkeit</translation>
    </message>
    <message>
        <source>Quantize</source>
        <translation>Quantisieren</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
</context>
<context>
    <name>widgets::PageTabs</name>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
    <message>
        <source>(%1)</source>
        <comment>number of runs</comment>
        <translation>(%1)</translation>
    </message>
</context>
<context>
    <name>widgets::PrecisionMap</name>
    <message>
        <source>Layers and roles</source>
        <translation>Schichten und Rollen</translation>
    </message>
    <message>
        <source>Bits per weight by layer and role</source>
        <translation>Bit je Gewicht nach Schicht und Rolle</translation>
    </message>
    <message>
        <source>What the map shows</source>
        <translation>Was die Karte zeigt</translation>
    </message>
    <message>
        <source>output error</source>
        <translation>Ausgabefehler</translation>
    </message>
    <message>
        <source>bits per weight</source>
        <translation>Bit je Gewicht</translation>
    </message>
    <message>
        <source>Output error by layer and role</source>
        <translation>Ausgabefehler nach Schicht und Rolle</translation>
    </message>
    <message>
        <source>The format whose losses are shown</source>
        <translation>Das Format, dessen Verluste gezeigt werden</translation>
    </message>
    <message>
        <source>Predicted KL divergence × 10⁻³ if this tensor alone goes to it</source>
        <translation>Vorhergesagte KL-Divergenz × 10⁻³, wenn nur dieser Tensor dieses Format bekommt</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>Bit</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>KLD at</source>
        <translation>KLD bei</translation>
    </message>
    <message>
        <source>KLD × 10⁻³ alone</source>
        <translation>KLD × 10⁻³ allein</translation>
    </message>
    <message>
        <source>Predicted loss by layer and role</source>
        <translation>Vorhergesagter Verlust nach Layer und Rolle</translation>
    </message>
    <message>
        <source>weight error</source>
        <translation>Gewichtsfehler</translation>
    </message>
    <message>
        <source>Weight error by layer and role</source>
        <translation>Gewichtsfehler nach Schicht und Rolle</translation>
    </message>
</context>
<context>
    <name>widgets::PrecisionPage</name>
    <message>
        <source>Where do the bits go?</source>
        <translation>Wohin gehen die Bits?</translation>
    </message>
    <message>
        <source>Size against loss</source>
        <translation>Größe gegen Verlust</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>Vorgaben</translation>
    </message>
    <message>
        <source>Start over from one of llama.cpp&apos;s mixes or from one format</source>
        <translation>Neu beginnen mit einer Mischung von llama.cpp oder einem Format</translation>
    </message>
    <message>
        <source>Nothing measured yet. Every run that was quantized and measured becomes a point here, beside the size of this recipe.</source>
        <translation>Noch nichts gemessen. Jeder quantisierte und gemessene Lauf wird hier ein Punkt, neben der Größe dieses Rezepts.</translation>
    </message>
    <message>
        <source>One format everywhere</source>
        <translation>Überall ein Format</translation>
    </message>
    <message>
        <source>Undo: %1 (Ctrl+Z)</source>
        <translation>Rückgängig: %1 (Strg+Z)</translation>
    </message>
    <message>
        <source>Nothing to undo</source>
        <translation>Nichts rückgängig zu machen</translation>
    </message>
    <message>
        <source>Redo: %1 (Ctrl+Shift+Z)</source>
        <translation>Wiederholen: %1 (Strg+Umschalt+Z)</translation>
    </message>
    <message>
        <source>Nothing to redo</source>
        <translation>Nichts zu wiederholen</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>%1, edited</source>
        <comment>a preset</comment>
        <translation>%1, geändert</translation>
    </message>
    <message>
        <source>“%1” takes %2 at %3 bits per weight, %4 against the original.</source>
        <translation>„%1“ braucht %2 bei %3 Bit je Gewicht, %4 gegen das Original.</translation>
    </message>
    <message>
        <source>Every row fits its format.</source>
        <translation>Jede Zeile passt in ihr Format.</translation>
    </message>
    <message numerus="yes">
        <source>%n tensors fall back to another format.</source>
        <translation>
            <numerusform>%n Tensor weicht auf ein anderes Format aus.</numerusform>
            <numerusform>%n Tensoren weichen auf ein anderes Format aus.</numerusform>
        </translation>
    </message>
    <message>
        <source>Predicted KLD about %1 (rough).</source>
        <translation>Vorhergesagte KLD etwa %1 (grob).</translation>
    </message>
    <message>
        <source>Predicted KLD %1.</source>
        <translation>Vorhergesagte KLD %1.</translation>
    </message>
    <message>
        <source>%1, recommended</source>
        <comment>a preset</comment>
        <translation>%1, empfohlen</translation>
    </message>
    <message>
        <source>%1, predicted KLD %2: %3</source>
        <comment>size, number, words</comment>
        <translation>%1, vorhergesagte KLD %2: %3</translation>
    </message>
    <message>
        <source>click a point or the line to look at it</source>
        <translation>Punkt oder Linie anklicken, um sie anzusehen</translation>
    </message>
    <message>
        <source>preset, predicted</source>
        <translation>Vorgabe, vorhergesagt</translation>
    </message>
    <message>
        <source>best mix</source>
        <translation>beste Mischung</translation>
    </message>
    <message>
        <source>this recipe</source>
        <translation>dieses Rezept</translation>
    </message>
    <message>
        <source>measured run</source>
        <translation>gemessener Lauf</translation>
    </message>
    <message>
        <source>recommended</source>
        <comment>a preset</comment>
        <translation>empfohlen</translation>
    </message>
</context>
<context>
    <name>widgets::QuantizeOptionsForm</name>
    <message>
        <source>Calibration text</source>
        <translation>Kalibriertext</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keiner</translation>
    </message>
    <message>
        <source> % of the mean diagonal</source>
        <translation> % der Diagonale</translation>
    </message>
    <message>
        <source>Damping</source>
        <translation>Dämpfung</translation>
    </message>
    <message>
        <source>GPTQ adds this share of the Hessian&apos;s mean diagonal to it: more makes it steadier, less makes it fit closer.</source>
        <translation>GPTQ addiert diesen Anteil der mittleren Diagonale zur Hesse-Matrix: mehr macht ruhiger, weniger passt enger an.</translation>
    </message>
    <message>
        <source>Importance</source>
        <translation>Wichtigkeit</translation>
    </message>
    <message>
        <source>Choose...</source>
        <translation>Wählen ...</translation>
    </message>
    <message>
        <source>all</source>
        <translation>alle</translation>
    </message>
    <message>
        <source>Sequences</source>
        <translation>Sequenzen</translation>
    </message>
    <message>
        <source> tokens</source>
        <translation> Token</translation>
    </message>
    <message>
        <source>Tokens a sequence</source>
        <translation>Token je Sequenz</translation>
    </message>
    <message>
        <source>from the text</source>
        <translation>aus dem Text</translation>
    </message>
    <message>
        <source>Fewer options of GPTQ</source>
        <translation>Weniger Optionen von GPTQ</translation>
    </message>
    <message>
        <source>More options of GPTQ</source>
        <translation>Mehr Optionen von GPTQ</translation>
    </message>
    <message>
        <source>Same bytes as llama.cpp</source>
        <translation>Dieselben Bytes wie llama.cpp</translation>
    </message>
    <message>
        <source>Writes what llama.cpp&apos;s quantizer would, in place of scales with a smaller error.</source>
        <translation>Schreibt, was der Quantisierer von llama.cpp schreiben würde, statt Skalen mit kleinerem Fehler.</translation>
    </message>
</context>
<context>
    <name>widgets::QuantizePage</name>
    <message>
        <source>How will it be rounded?</source>
        <translation>Wie wird gerundet?</translation>
    </message>
    <message>
        <source>Quantize</source>
        <translation>Quantisieren</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Estimate</source>
        <translation>Schätzung</translation>
    </message>
    <message>
        <source>made before the run</source>
        <translation>vor dem Lauf gemacht</translation>
    </message>
    <message>
        <source>One layer is in memory at a time. Every finished layer is kept, so a cancelled or interrupted run resumes where it stopped.</source>
        <translation>Immer nur eine Schicht ist im Speicher. Jede fertige Schicht bleibt erhalten, ein abgebrochener oder unterbrochener Lauf geht also dort weiter, wo er endete.</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Time, about</source>
        <translation>Zeit, etwa</translation>
    </message>
    <message>
        <source>Memory, peak</source>
        <translation>Speicher, Spitze</translation>
    </message>
    <message>
        <source>Disk, cache</source>
        <translation>Platte, Cache</translation>
    </message>
    <message>
        <source>No run yet</source>
        <translation>Noch kein Lauf</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>The run was cancelled.</source>
        <translation>Der Lauf wurde abgebrochen.</translation>
    </message>
    <message>
        <source>Finished layers are kept; your recipe and all files are unchanged.</source>
        <translation>Fertige Schichten bleiben; Rezept und alle Dateien sind unverändert.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>%1 elapsed</source>
        <translation>%1 vergangen</translation>
    </message>
    <message>
        <source>%1 elapsed · %2 left</source>
        <translation>%1 vergangen · noch %2</translation>
    </message>
    <message>
        <source>“%1” will be rounded by %2.</source>
        <translation>„%1“ wird gerundet: %2.</translation>
    </message>
    <message>
        <source>“%1” was rounded by %2.</source>
        <translation>„%1“ wurde gerundet: %2.</translation>
    </message>
    <message>
        <source>“%1” is being rounded by %2.</source>
        <translation>„%1“ wird gerade gerundet: %2.</translation>
    </message>
    <message>
        <source>○ importance  ● method</source>
        <translation>○ Wichtigkeit  ● Verfahren</translation>
    </message>
    <message>
        <source>A calibration text is needed.</source>
        <translation>Ein Kalibriertext wird gebraucht.</translation>
    </message>
    <message>
        <source>“%1” was interrupted.</source>
        <translation>„%1“ wurde unterbrochen.</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Line up</source>
        <translation>Einreihen</translation>
    </message>
    <message>
        <source>Another run is in progress: this recipe is rounded after it.</source>
        <translation>Ein anderer Lauf ist im Gange: Dieses Rezept wird danach gerundet.</translation>
    </message>
    <message>
        <source>for the next run</source>
        <translation>für den nächsten Lauf</translation>
    </message>
    <message>
        <source>%1 tokens for inputs up to %2 wide are %3 a channel. Below %4 tokens GPTQ believes less than half of what it sees there and comes near importance-weighted rounding.</source>
        <translation>%1 Token für bis zu %2 breite Eingaben sind %3 je Kanal. Unter %4 Token glaubt GPTQ weniger als der Hälfte dessen, was es dort sieht, und kommt dem Runden nach Wichtigkeit nahe.</translation>
    </message>
    <message numerus="yes">
        <source>%1 on “%2”: its output error on %n held-out sequences is %3 below importance-weighted rounding.</source>
        <translation>
            <numerusform>%1 auf „%2“: Der Ausgabefehler auf %n zurückgehaltenen Sequenz liegt %3 unter dem des Rundens nach Wichtigkeit.</numerusform>
            <numerusform>%1 auf „%2“: Der Ausgabefehler auf %n zurückgehaltenen Sequenzen liegt %3 unter dem des Rundens nach Wichtigkeit.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 on “%2”: its output error on %n held-out sequences is %3 above importance-weighted rounding.</source>
        <translation>
            <numerusform>%1 auf „%2“: Der Ausgabefehler auf %n zurückgehaltenen Sequenz liegt %3 über dem des Rundens nach Wichtigkeit.</numerusform>
            <numerusform>%1 auf „%2“: Der Ausgabefehler auf %n zurückgehaltenen Sequenzen liegt %3 über dem des Rundens nach Wichtigkeit.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 on “%2”. So far its output error on %n held-out sequences is %3 below importance-weighted rounding.</source>
        <translation>
            <numerusform>%1 auf „%2“. Bisher liegt der Ausgabefehler auf %n zurückgehaltenen Sequenz %3 unter dem des Rundens nach Wichtigkeit.</numerusform>
            <numerusform>%1 auf „%2“. Bisher liegt der Ausgabefehler auf %n zurückgehaltenen Sequenzen %3 unter dem des Rundens nach Wichtigkeit.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 on “%2”. So far its output error on %n held-out sequences is %3 above importance-weighted rounding.</source>
        <translation>
            <numerusform>%1 auf „%2“. Bisher liegt der Ausgabefehler auf %n zurückgehaltenen Sequenz %3 über dem des Rundens nach Wichtigkeit.</numerusform>
            <numerusform>%1 auf „%2“. Bisher liegt der Ausgabefehler auf %n zurückgehaltenen Sequenzen %3 über dem des Rundens nach Wichtigkeit.</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 on “%2”: its output error on the calibration text is %3 below importance-weighted rounding.</source>
        <translation>%1 auf „%2“: Der Ausgabefehler auf dem Kalibriertext liegt %3 unter dem des Rundens nach Wichtigkeit.</translation>
    </message>
    <message>
        <source>%1 on “%2”: its output error on the calibration text is %3 above importance-weighted rounding.</source>
        <translation>%1 auf „%2“: Der Ausgabefehler auf dem Kalibriertext liegt %3 über dem des Rundens nach Wichtigkeit.</translation>
    </message>
    <message>
        <source>%1 on “%2”. So far its output error on the calibration text is %3 below importance-weighted rounding.</source>
        <translation>%1 auf „%2“. Bisher liegt der Ausgabefehler auf dem Kalibriertext %3 unter dem des Rundens nach Wichtigkeit.</translation>
    </message>
    <message>
        <source>%1 on “%2”. So far its output error on the calibration text is %3 above importance-weighted rounding.</source>
        <translation>%1 auf „%2“. Bisher liegt der Ausgabefehler auf dem Kalibriertext %3 über dem des Rundens nach Wichtigkeit.</translation>
    </message>
    <message numerus="yes">
        <source>%n tensors are quantized in the file already and are rounded a second time, which adds to the loss.</source>
        <translation>
            <numerusform>%n Tensor ist in der Datei schon quantisiert und wird ein zweites Mal gerundet, was den Verlust vergrößert.</numerusform>
            <numerusform>%n Tensoren sind in der Datei schon quantisiert und werden ein zweites Mal gerundet, was den Verlust vergrößert.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors get larger than in the file and gain nothing.</source>
        <translation>
            <numerusform>%n Tensor wird größer als in der Datei und gewinnt nichts.</numerusform>
            <numerusform>%n Tensoren werden größer als in der Datei und gewinnen nichts.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>widgets::QueueList</name>
    <message>
        <source>%1, %2: %3</source>
        <comment>a run, its model: its state</comment>
        <translation>%1, %2: %3</translation>
    </message>
    <message>
        <source>Nothing is lined up. Quantizing adds a run, also while another one goes on.</source>
        <translation>Nichts ist eingereiht. Quantisieren reiht einen Lauf ein, auch während ein anderer im Gange ist.</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>Warteschlange</translation>
    </message>
    <message>
        <source>Runs that are lined up, the next first</source>
        <translation>Eingereihte Läufe, der nächste zuerst</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>Nach oben</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>Nach unten</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Hold after this run</source>
        <translation>Nach diesem Lauf anhalten</translation>
    </message>
    <message>
        <source>Resume all</source>
        <translation>Alle fortsetzen</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Alt+↑</source>
        <translation>Alt+↑</translation>
    </message>
    <message>
        <source>Alt+↓</source>
        <translation>Alt+↓</translation>
    </message>
    <message>
        <source>Delete</source>
        <comment>the key</comment>
        <translation>Entf</translation>
    </message>
    <message>
        <source>Enter</source>
        <comment>the key</comment>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <comment>what it does, its key</comment>
        <translation>%1 (%2)</translation>
    </message>
</context>
<context>
    <name>widgets::RecentList</name>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Resume %1</source>
        <translation>%1 fortsetzen</translation>
    </message>
</context>
<context>
    <name>widgets::RecentRow</name>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>%1
%2</source>
        <comment>a path; what its session holds</comment>
        <translation>%1
%2</translation>
    </message>
    <message>
        <source>%1, %2, %3</source>
        <comment>name, facts, session</comment>
        <translation>%1, %2, %3</translation>
    </message>
</context>
<context>
    <name>widgets::RoleBars</name>
    <message>
        <source>Share of the parameters by role</source>
        <translation>Anteil der Parameter nach Rolle</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation>%1 %2</translation>
    </message>
</context>
<context>
    <name>widgets::RuleDialog</name>
    <message>
        <source>any; * and ? stand for letters: blk.0.*</source>
        <translation>jeder; * und ? stehen für Zeichen: blk.0.*</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>Roles</source>
        <translation>Rollen</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>None checked: every role</source>
        <translation>Keine angekreuzt: jede Rolle</translation>
    </message>
    <message>
        <source>as later rules say</source>
        <translation>wie spätere Regeln</translation>
    </message>
    <message>
        <source>Choose a format or a method.</source>
        <translation>Ein Format oder ein Verfahren wählen.</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>the tensors of a rule: what they get</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>any; 0, 3–5 names some, counted from 0</source>
        <translation>alle; 0, 3–5 nennt einige, gezählt ab 0</translation>
    </message>
    <message>
        <source>Layers are numbers and ranges from the first to the last, such as 0, 3–5.</source>
        <translation>Schichten sind Zahlen und Bereiche von der ersten bis zur letzten, etwa 0, 3–5.</translation>
    </message>
</context>
<context>
    <name>widgets::RuleList</name>
    <message>
        <source>Rules in order</source>
        <translation>Regeln der Reihe nach</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>the tensors of a rule: what they get</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1 · no effect</source>
        <comment>the tensors of a rule</comment>
        <translation>%1 · ohne Wirkung</translation>
    </message>
    <message>
        <source>%1
Has no effect: no tensor matches it, or rules above it decide.</source>
        <comment>a rule</comment>
        <translation>%1
Ohne Wirkung: Kein Tensor passt darauf, oder Regeln darüber entscheiden.</translation>
    </message>
</context>
<context>
    <name>widgets::RulerCard</name>
    <message>
        <source>%1 dB</source>
        <translation>%1 dB</translation>
    </message>
    <message>
        <source>Levels</source>
        <translation>Stufen</translation>
    </message>
    <message>
        <source>%1 per group of %2</source>
        <translation>%1 je Gruppe von %2</translation>
    </message>
    <message>
        <source>Values that the weights of one group can take.</source>
        <translation>Werte, die die Gewichte einer Gruppe annehmen können.</translation>
    </message>
    <message>
        <source>Typical step</source>
        <translation>Typischer Schritt</translation>
    </message>
    <message>
        <source>Distance of two levels in the median group.</source>
        <translation>Abstand zweier Stufen in der mittleren Gruppe.</translation>
    </message>
    <message>
        <source>Clipped</source>
        <translation>Gekappt</translation>
    </message>
    <message>
        <source>%1 weights, %2 %</source>
        <translation>%1 Gewichte, %2 %</translation>
    </message>
    <message>
        <source>Weights beyond the end of their own group by more than half a step.</source>
        <translation>Gewichte, die mehr als einen halben Schritt über ihre Gruppe hinausragen.</translation>
    </message>
    <message>
        <source>RMS error</source>
        <translation>RMS-Fehler</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>Signal to quantization noise: 6 dB are one bit.</source>
        <translation>Signal zu Quantisierungsrauschen: 6 dB sind ein Bit.</translation>
    </message>
    <message>
        <source>Output error</source>
        <translation>Ausgabefehler</translation>
    </message>
    <message>
        <source>Weight error</source>
        <translation>Gewichtsfehler</translation>
    </message>
    <message>
        <source>Of the tensor&apos;s output, relative, by the activations measured.</source>
        <translation>Der Ausgabe des Tensors, relativ, nach den gemessenen Aktivierungen.</translation>
    </message>
    <message>
        <source>Relative. Measure activations to know the output&apos;s.</source>
        <translation>Relativ. Für den der Ausgabe die Aktivierungen messen.</translation>
    </message>
    <message>
        <source>Format to look at</source>
        <translation>Anzusehendes Format</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Log</translation>
    </message>
    <message>
        <source>Linear</source>
        <translation>Linear</translation>
    </message>
    <message>
        <source>Counts</source>
        <translation>Zählung</translation>
    </message>
    <message>
        <source>Ruler</source>
        <translation>Lineal</translation>
    </message>
    <message>
        <source>and %1 more tensors</source>
        <translation>und %1 weitere Tensoren</translation>
    </message>
    <message>
        <source>Select a tensor in the table.</source>
        <translation>Einen Tensor in der Tabelle wählen.</translation>
    </message>
    <message>
        <source>Weights that are not finite cannot be rounded.</source>
        <translation>Nicht endliche Gewichte lassen sich nicht runden.</translation>
    </message>
    <message>
        <source>Measuring the weights…</source>
        <translation>Die Gewichte werden gemessen …</translation>
    </message>
    <message>
        <source>Ruler of %1</source>
        <translation>Lineal von %1</translation>
    </message>
    <message>
        <source>Histogram of %1, kurtosis %2, absmax %3, at %4</source>
        <translation>Histogramm von %1, Kurtosis %2, Absmax %3, bei %4</translation>
    </message>
    <message>
        <source>%1 · recipe</source>
        <translation>%1 · Rezept</translation>
    </message>
    <message>
        <source>• recipe</source>
        <translation>• Rezept</translation>
    </message>
    <message>
        <source>recipe: %1</source>
        <translation>Rezept: %1</translation>
    </message>
    <message>
        <source>recipe: mixed</source>
        <translation>Rezept: gemischt</translation>
    </message>
    <message>
        <source>original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>levels of %1</source>
        <translation>Stufen von %1</translation>
    </message>
    <message>
        <source>clipped, error</source>
        <translation>gekappt, Fehler</translation>
    </message>
    <message>
        <source>Rounding</source>
        <translation>Rundet</translation>
    </message>
    <message>
        <source>Other formats</source>
        <translation>Andere Formate</translation>
    </message>
    <message>
        <source>%1 falls back to %2</source>
        <comment>a tensor, a format</comment>
        <translation>%1 fällt auf %2 zurück</translation>
    </message>
    <message>
        <source>output error %1</source>
        <translation>Ausgabefehler %1</translation>
    </message>
    <message>
        <source>weight error %1</source>
        <translation>Gewichtsfehler %1</translation>
    </message>
    <message>
        <source>RMS error %1 · %2</source>
        <comment>numbers, the error with its name</comment>
        <translation>RMS-Fehler %1 · %2</translation>
    </message>
    <message>
        <source>%1 levels · typical step %2 · clipped %3 % · %4</source>
        <comment>numbers, the error with its name</comment>
        <translation>%1 Stufen · typischer Schritt %2 · gekappt %3 % · %4</translation>
    </message>
</context>
<context>
    <name>widgets::RulerPlot</name>
    <message>
        <source>weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>finest</source>
        <translation>feinste</translation>
    </message>
    <message>
        <source>typical</source>
        <translation>typisch</translation>
    </message>
    <message>
        <source>coarsest</source>
        <translation>gröbste</translation>
    </message>
    <message>
        <source>weight value</source>
        <translation>Gewichtswert</translation>
    </message>
    <message>
        <source>error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>outside the typical group
%1 of weights</source>
        <translation>außerhalb der typischen Gruppe
%1 der Gewichte</translation>
    </message>
    <message>
        <source>step %1</source>
        <translation>Schritt %1</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Von</translation>
    </message>
    <message>
        <source>To</source>
        <translation>Bis</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>Clipped</source>
        <translation>Gekappt</translation>
    </message>
    <message>
        <source>RMS error</source>
        <translation>RMS-Fehler</translation>
    </message>
    <message>
        <source>%1 to %2: %3 weights</source>
        <translation>%1 bis %2: %3 Gewichte</translation>
    </message>
    <message>
        <source>%1
clipped %2, error %3</source>
        <translation>%1
gekappt %2, Fehler %3</translation>
    </message>
    <message>
        <source>outside the finest group
about %1 of weights</source>
        <translation>außerhalb der feinsten Gruppe
etwa %1 der Gewichte</translation>
    </message>
    <message>
        <source>outside the coarsest group
about %1 of weights</source>
        <translation>außerhalb der gröbsten Gruppe
etwa %1 der Gewichte</translation>
    </message>
    <message>
        <source>Levels in the histogram</source>
        <translation>Stufen im Histogramm</translation>
    </message>
    <message>
        <source>Of the finest group</source>
        <translation>Der feinsten Gruppe</translation>
    </message>
    <message>
        <source>Of the typical group</source>
        <translation>Der typischen Gruppe</translation>
    </message>
    <message>
        <source>Of the coarsest group</source>
        <translation>Der gröbsten Gruppe</translation>
    </message>
    <message>
        <source>chosen</source>
        <translation>gewählt</translation>
    </message>
    <message>
        <source>outside the chosen group
about %1 of weights</source>
        <translation>außerhalb der gewählten Gruppe
etwa %1 der Gewichte</translation>
    </message>
    <message>
        <source>Of a weight near %1</source>
        <translation>Der Gruppe eines Gewichts nahe %1</translation>
    </message>
    <message>
        <source>Of a weight by row and column...</source>
        <translation>Der Gruppe eines Gewichts nach Zeile und Spalte...</translation>
    </message>
    <message>
        <source>Row %1, column %2</source>
        <translation>Zeile %1, Spalte %2</translation>
    </message>
</context>
<context>
    <name>widgets::RulesCard</name>
    <message>
        <source>Rules</source>
        <translation>Regeln</translation>
    </message>
    <message>
        <source>Move the rule up (Alt+Up)</source>
        <translation>Regel nach oben (Alt+Hoch)</translation>
    </message>
    <message>
        <source>Move the rule down (Alt+Down)</source>
        <translation>Regel nach unten (Alt+Runter)</translation>
    </message>
    <message>
        <source>Remove the rule (Delete)</source>
        <translation>Regel entfernen (Entf)</translation>
    </message>
    <message>
        <source>Load recipe...</source>
        <translation>Rezept laden ...</translation>
    </message>
    <message>
        <source>Save recipe...</source>
        <translation>Rezept speichern ...</translation>
    </message>
    <message>
        <source>first match wins</source>
        <translation>die erste passende gilt</translation>
    </message>
    <message>
        <source>everything else</source>
        <translation>alles andere</translation>
    </message>
    <message>
        <source>Format of everything else</source>
        <translation>Format für alles andere</translation>
    </message>
    <message numerus="yes">
        <source>%n tensors fall back...</source>
        <translation>
            <numerusform>%n Tensor weicht aus ...</numerusform>
            <numerusform>%n Tensoren weichen aus ...</numerusform>
        </translation>
    </message>
    <message>
        <source>Fallback</source>
        <translation>Ausweichen</translation>
    </message>
    <message>
        <source>Fallbacks</source>
        <translation>Ausweichen</translation>
    </message>
    <message>
        <source>locked while it runs</source>
        <translation>gesperrt, solange es läuft</translation>
    </message>
    <message>
        <source>Move a rule</source>
        <translation>Regel verschieben</translation>
    </message>
    <message>
        <source>Remove a rule</source>
        <translation>Regel entfernen</translation>
    </message>
    <message>
        <source>Give everything else %1</source>
        <translation>Allem anderen %1 geben</translation>
    </message>
    <message>
        <source>Keep the formats of everything else</source>
        <translation>Formate von allem anderen behalten</translation>
    </message>
    <message>
        <source>from layer %1</source>
        <translation>ab Schicht %1</translation>
    </message>
    <message>
        <source>layer %1</source>
        <translation>Schicht %1</translation>
    </message>
    <message>
        <source>every tensor</source>
        <translation>jeder Tensor</translation>
    </message>
    <message>
        <source>Add a rule...</source>
        <translation>Regel hinzufügen ...</translation>
    </message>
    <message>
        <source>Add a rule</source>
        <translation>Regel hinzufügen</translation>
    </message>
    <message>
        <source>Edit rule %1</source>
        <translation>Regel %1 bearbeiten</translation>
    </message>
    <message>
        <source>Edit a rule</source>
        <translation>Regel bearbeiten</translation>
    </message>
    <message>
        <source>as in the file</source>
        <translation>wie in der Datei</translation>
    </message>
    <message>
        <source>Their rows, or the range of their values, do not fit the format that the rules give them.</source>
        <translation>Ihre Zeilen oder der Bereich ihrer Werte passen nicht in das Format, das die Regeln ihnen geben.</translation>
    </message>
    <message>
        <source>layers %1</source>
        <translation>Schichten %1</translation>
    </message>
</context>
<context>
    <name>widgets::RunProgress</name>
    <message>
        <source>Progress of the run</source>
        <translation>Fortschritt des Laufs</translation>
    </message>
    <message>
        <source>Layer %1  %2</source>
        <translation>Schicht %1  %2</translation>
    </message>
    <message>
        <source>Layer %1</source>
        <translation>Schicht %1</translation>
    </message>
    <message>
        <source>%1 by %2</source>
        <comment>format, method</comment>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>, by importance-weighted rounding %1</source>
        <translation>, bei gewichtetem Runden %1</translation>
    </message>
    <message>
        <source>error of the weights against the original ones</source>
        <translation>Fehler der Gewichte gegen die ursprünglichen</translation>
    </message>
    <message>
        <source>output error against the original model</source>
        <translation>Ausgabefehler gegen das Original</translation>
    </message>
</context>
<context>
    <name>widgets::RunTable</name>
    <message>
        <source>Pin</source>
        <translation>Pin</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>Rezept</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>Verfahren</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>bpw</source>
        <translation>bpw</translation>
    </message>
    <message>
        <source>tok/s ≤</source>
        <translation>Tok/s ≤</translation>
    </message>
    <message>
        <source>PPL change</source>
        <translation>PPL-Änderung</translation>
    </message>
    <message>
        <source>KLD × 10⁻³</source>
        <translation>KLD × 10⁻³</translation>
    </message>
    <message>
        <source>Top-1</source>
        <translation>Top-1</translation>
    </message>
    <message>
        <source>Upper bound on the chosen device</source>
        <translation>Obere Schranke auf dem gewählten Gerät</translation>
    </message>
    <message>
        <source>Perplexity of the original, then the paired difference</source>
        <translation>Perplexität des Originals, dann die gepaarte Differenz</translation>
    </message>
    <message>
        <source>Mean KL divergence, original ‖ quantized, in 10⁻³ nats</source>
        <translation>Mittlere KL-Divergenz, Original ‖ quantisiert, in 10⁻³ nat</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>Läufe</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>Measured with other settings</source>
        <translation>Mit anderen Einstellungen gemessen</translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation>Neu messen</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>Messen</translation>
    </message>
    <message>
        <source>Pin as A</source>
        <translation>Als A anheften</translation>
    </message>
    <message>
        <source>Pin as B</source>
        <translation>Als B anheften</translation>
    </message>
    <message>
        <source>Use its recipe</source>
        <translation>Sein Rezept verwenden</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>99.9 %</source>
        <translation>99,9 %</translation>
    </message>
    <message>
        <source>At 999 of 1000 positions the KL divergence is below this, in 10⁻³ nats</source>
        <translation>An 999 von 1000 Stellen liegt die KL-Divergenz darunter, in 10⁻³ nat</translation>
    </message>
    <message>
        <source>%1
%2</source>
        <translation>%1
%2</translation>
    </message>
</context>
<context>
    <name>widgets::SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Sections</source>
        <translation>Abschnitte</translation>
    </message>
    <message>
        <source>Language and looks</source>
        <translation>Sprache und Aussehen</translation>
    </message>
    <message>
        <source>Kept results</source>
        <translation>Aufbewahrte Ergebnisse</translation>
    </message>
    <message>
        <source>Computing</source>
        <translation>Rechnen</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>widgets::ShrinkCard</name>
    <message>
        <source>Make a smaller file</source>
        <translation>Eine kleinere Datei machen</translation>
    </message>
    <message>
        <source>Make the file</source>
        <translation>Datei machen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Predict roughly</source>
        <translation>Grob vorhersagen</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Progress of the step</source>
        <translation>Fortschritt des Schritts</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <comment>size, change of it</comment>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>fits no device</source>
        <translation>passt auf kein Gerät</translation>
    </message>
    <message>
        <source>fits %1</source>
        <translation>passt auf %1</translation>
    </message>
    <message>
        <source>about %1</source>
        <translation>etwa %1</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Predicts losses on the text, finds the mix, rounds, measures and writes</source>
        <translation>Sagt Verluste auf dem Text vorher, sucht die Mischung, rundet, misst und schreibt</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>file, what is said of it</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>predicted KLD, words</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>rough: KLD about %1</source>
        <translation>grob: KLD etwa %1</translation>
    </message>
</context>
<context>
    <name>widgets::SimulationDialog</name>
    <message>
        <source>Only the weights are rounded: the loss that the recipe is to blame for.</source>
        <translation>Nur die Gewichte sind gerundet: der Verlust, für den das Rezept verantwortlich ist.</translation>
    </message>
    <message>
        <source>llama.cpp rounds what each matrix reads to 8 bits in blocks: what that program will measure of the file.</source>
        <translation>llama.cpp rundet, was jede Matrix liest, blockweise auf 8 Bit: was jenes Programm an der Datei messen wird.</translation>
    </message>
    <message>
        <source>What hardware with integer units would lose. Simulated: no file holds it. Ranges, strengths and outlier channels are found in the calibration text.</source>
        <translation>Was Hardware mit Ganzzahlrechenwerken verlöre. Simuliert: keine Datei enthält es. Bereiche, Stärken und Ausreißerkanäle werden im Kalibriertext gefunden.</translation>
    </message>
    <message>
        <source>Correct the mean shift</source>
        <translation>Mittlere Verschiebung ausgleichen</translation>
    </message>
    <message>
        <source>Arithmetic of the measurement</source>
        <translation>Rechenart der Messung</translation>
    </message>
    <message>
        <source>full precision</source>
        <translation>volle Genauigkeit</translation>
    </message>
    <message>
        <source>as llama.cpp</source>
        <translation>wie llama.cpp</translation>
    </message>
    <message>
        <source>integers, simulated</source>
        <translation>Ganzzahlen, simuliert</translation>
    </message>
    <message>
        <source>Layers compute</source>
        <translation>Schichten rechnen</translation>
    </message>
    <message>
        <source>Takes away by how much rounding shifts the mean of the residual stream after each half of a layer.</source>
        <translation>Nimmt weg, um wie viel das Runden den Mittelwert des Residualstroms nach jeder Schichthälfte verschiebt.</translation>
    </message>
    <message>
        <source>Bits of an activation</source>
        <translation>Bit je Aktivierung</translation>
    </message>
    <message>
        <source>around zero</source>
        <translation>um null</translation>
    </message>
    <message>
        <source>from smallest to largest</source>
        <translation>vom kleinsten zum größten Wert</translation>
    </message>
    <message>
        <source>Levels</source>
        <translation>Stufen</translation>
    </message>
    <message>
        <source>Levels from the smallest to the largest value use all codes where values lean to one side.</source>
        <translation>Stufen vom kleinsten zum größten Wert nutzen alle Codes, wo Werte einseitig liegen.</translation>
    </message>
    <message>
        <source>of each token (dynamic)</source>
        <translation>je Token (dynamisch)</translation>
    </message>
    <message>
        <source>of all tokens (static)</source>
        <translation>für alle Token (statisch)</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>Bereich</translation>
    </message>
    <message>
        <source>A static range is found once in the calibration text and costs nothing later; a dynamic one fits every token.</source>
        <translation>Ein statischer Bereich wird einmal im Kalibriertext gefunden und kostet später nichts; ein dynamischer passt zu jedem Token.</translation>
    </message>
    <message>
        <source>Found by</source>
        <translation>Gefunden durch</translation>
    </message>
    <message>
        <source>All but the first cut rare large values off, so that the others are rounded more finely.</source>
        <translation>Alle außer dem ersten schneiden seltene große Werte ab, damit die übrigen feiner gerundet werden.</translation>
    </message>
    <message>
        <source> % of the values</source>
        <translation> % der Werte</translation>
    </message>
    <message>
        <source>Percentile</source>
        <translation>Perzentil</translation>
    </message>
    <message>
        <source>Deviations</source>
        <translation>Abweichungen</translation>
    </message>
    <message>
        <source>Standard deviations on each side of the mean.</source>
        <translation>Standardabweichungen zu beiden Seiten des Mittelwerts.</translation>
    </message>
    <message>
        <source>as they are</source>
        <translation>wie sie sind</translation>
    </message>
    <message>
        <source>Bits of a weight</source>
        <translation>Bit je Gewicht</translation>
    </message>
    <message>
        <source>Rounds each row of the layers&apos; matrices to so many bits, on top of the recipe.</source>
        <translation>Rundet jede Zeile der Schichtmatrizen auf so viele Bit, zusätzlich zum Rezept.</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keins</translation>
    </message>
    <message>
        <source>strength searched</source>
        <translation>Stärke gesucht</translation>
    </message>
    <message>
        <source>strength given</source>
        <translation>Stärke vorgegeben</translation>
    </message>
    <message>
        <source>Moves what makes activations hard to round into the weights, channel by channel.</source>
        <translation>Verschiebt Kanal für Kanal in die Gewichte, was Aktivierungen schwer zu runden macht.</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>0 leaves the activations, 1 evens them out.</source>
        <translation>0 lässt die Aktivierungen, 1 gleicht sie an.</translation>
    </message>
    <message>
        <source>16 bits from</source>
        <translation>16 Bit ab</translation>
    </message>
    <message>
        <source>Channels whose activations reach this magnitude stay in 16 bits, and so do the columns of the weights that they meet. LLM.int8() takes 6.</source>
        <translation>Kanäle, deren Aktivierungen diesen Betrag erreichen, bleiben in 16 Bit, ebenso die Spalten der Gewichte, auf die sie treffen. LLM.int8() nimmt 6.</translation>
    </message>
    <message>
        <source>%1-bit activations, one range</source>
        <translation>Aktivierungen mit %1 Bit, ein Bereich</translation>
    </message>
    <message>
        <source>%1-bit activations by token</source>
        <translation>Aktivierungen mit %1 Bit je Token</translation>
    </message>
    <message>
        <source>%1-bit weights</source>
        <translation>Gewichte mit %1 Bit</translation>
    </message>
    <message>
        <source>outlier channels from %1</source>
        <translation>Ausreißerkanäle ab %1</translation>
    </message>
    <message>
        <source>activations as llama.cpp rounds them</source>
        <translation>Aktivierungen wie von llama.cpp gerundet</translation>
    </message>
    <message>
        <source>mean shift corrected</source>
        <translation>mittlere Verschiebung ausgeglichen</translation>
    </message>
    <message>
        <source>all values</source>
        <translation>alle Werte</translation>
    </message>
    <message>
        <source>percentile</source>
        <translation>Perzentil</translation>
    </message>
    <message>
        <source>standard deviations</source>
        <translation>Standardabweichungen</translation>
    </message>
    <message>
        <source>least squared error</source>
        <translation>kleinster quadratischer Fehler</translation>
    </message>
    <message>
        <source>least KL divergence</source>
        <translation>kleinste KL-Divergenz</translation>
    </message>
</context>
<context>
    <name>widgets::SizeLossPlot</name>
    <message>
        <source>file size, MB</source>
        <translation>Dateigröße, MB</translation>
    </message>
    <message>
        <source>KLD</source>
        <translation>KLD</translation>
    </message>
    <message>
        <source>this recipe</source>
        <translation>dieses Rezept</translation>
    </message>
    <message>
        <source>run</source>
        <translation>Lauf</translation>
    </message>
    <message>
        <source>bytes</source>
        <translation>Byte</translation>
    </message>
    <message>
        <source>%1: %2, KLD %3</source>
        <translation>%1: %2, KLD %3</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>best mix, predicted</source>
        <translation>beste Mischung, vorhergesagt</translation>
    </message>
    <message>
        <source>%1: %2, predicted KLD %3: %4</source>
        <comment>name, size, number, words</comment>
        <translation>%1: %2, vorhergesagte KLD %3: %4</translation>
    </message>
    <message>
        <source>KLD ±</source>
        <translation>KLD ±</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <comment>preset, note</comment>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>this recipe: %1, predicted KLD %2</source>
        <comment>size, number</comment>
        <translation>dieses Rezept: %1, vorhergesagte KLD %2</translation>
    </message>
    <message>
        <source>best mix of %1, predicted KLD %2</source>
        <comment>size, number</comment>
        <translation>beste Mischung von %1, vorhergesagte KLD %2</translation>
    </message>
</context>
<context>
    <name>widgets::StartPage</name>
    <message>
        <source>Open a model</source>
        <translation>Ein Modell öffnen</translation>
    </message>
    <message>
        <source>See what is inside, choose the precision of every tensor, and export a GGUF whose size and loss you know beforehand.</source>
        <translation>Sehen, was darin ist, die Genauigkeit jedes Tensors wählen und eine GGUF-Datei exportieren, deren Größe und Verlust vorher bekannt sind.</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>Zuletzt</translation>
    </message>
    <message>
        <source>Bundled sample</source>
        <translation>Mitgeliefertes Beispiel</translation>
    </message>
    <message>
        <source>Open sample</source>
        <translation>Beispiel öffnen</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>Lernen</translation>
    </message>
    <message>
        <source>A tour in 7 questions</source>
        <translation>Rundgang in 7 Fragen</translation>
    </message>
    <message>
        <source>What do Q4_K and bits per weight mean?</source>
        <translation>Was bedeuten Q4_K und Bit je Gewicht?</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Try it now</source>
        <translation>Gleich ausprobieren</translation>
    </message>
    <message>
        <source>In other programs&apos; folders</source>
        <translation>In Ordnern anderer Programme</translation>
    </message>
</context>
<context>
    <name>widgets::TensorCellStrip</name>
    <message>
        <source>Tensors of the run</source>
        <translation>Tensoren des Laufs</translation>
    </message>
    <message>
        <source>%1 of %2 tensors done</source>
        <translation>%1 von %2 Tensoren fertig</translation>
    </message>
    <message>
        <source>Layer %1</source>
        <translation>Schicht %1</translation>
    </message>
</context>
<context>
    <name>widgets::TensorCells</name>
    <message>
        <source>%1 of %2</source>
        <comment>tensors done</comment>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>max %1</source>
        <translation>max. %1</translation>
    </message>
    <message>
        <source>mixed</source>
        <comment>formats of a layer</comment>
        <translation>versch.</translation>
    </message>
    <message>
        <source>equal</source>
        <translation>gleich</translation>
    </message>
    <message>
        <source>%1 × %2</source>
        <comment>rows × columns</comment>
        <translation>%1 × %2</translation>
    </message>
    <message>
        <source>Layer %1</source>
        <translation>Schicht %1</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Rounding</source>
        <translation>Rundet</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Kept</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Not written</source>
        <translation>Fehlt</translation>
    </message>
    <message>
        <source>as in the file</source>
        <comment>a format</comment>
        <translation>wie in der Datei</translation>
    </message>
</context>
<context>
    <name>widgets::TensorColumns</name>
    <message>
        <source>Tensor</source>
        <translation>Tensor</translation>
    </message>
    <message>
        <source>What the tensor does in its layer.</source>
        <translation>Was der Tensor in seiner Schicht tut.</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>Rolle</translation>
    </message>
    <message>
        <source>What the tensor does: attn_q makes queries, ffn_down …</source>
        <translation>Was der Tensor tut: attn_q macht Anfragen, ffn_down …</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>Form</translation>
    </message>
    <message>
        <source>Rows × columns: outputs × inputs.</source>
        <translation>Zeilen × Spalten: Ausgänge × Eingänge.</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>Weights in the tensor.</source>
        <translation>Gewichte im Tensor.</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Number format in the checkpoint.</source>
        <translation>Zahlenformat im Checkpoint.</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>Bit</translation>
    </message>
    <message>
        <source>Bits per weight in the checkpoint.</source>
        <translation>Bit je Gewicht im Checkpoint.</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Bytes in the checkpoint.</source>
        <translation>Bytes im Checkpoint.</translation>
    </message>
    <message>
        <source>Kurtosis</source>
        <translation>Kurtosis</translation>
    </message>
    <message>
        <source>Kurtosis: how heavy the tails are.
0 = normal distribution.</source>
        <translation>Kurtosis: wie breit die Ränder sind.
0 = Normalverteilung.</translation>
    </message>
    <message>
        <source>Absmax</source>
        <translation>Absmax</translation>
    </message>
    <message>
        <source>Absmax: the largest absolute value of the weights.</source>
        <translation>Absmax: der größte Betrag der Gewichte.</translation>
    </message>
    <message>
        <source>Absmax/σ</source>
        <translation>Absmax/σ</translation>
    </message>
    <message>
        <source>Absmax in standard deviations.
Large: few weights stretch the grid of all.</source>
        <translation>Absmax in Standardabweichungen.
Groß: wenige Gewichte dehnen das Gitter aller.</translation>
    </message>
    <message>
        <source>Outl. ch.</source>
        <translation>Ausr.</translation>
    </message>
    <message>
        <source>Outlier channels of the weights, inputs + outputs.
Their absmax is above the threshold times the median channel&apos;s.</source>
        <translation>Ausreißerkanäle der Gewichte, Eingänge + Ausgänge.
Ihr Absmax liegt über der Schwelle mal dem des mittleren Kanals.</translation>
    </message>
    <message>
        <source>Output error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Input max</source>
        <translation>Eing. max.</translation>
    </message>
    <message>
        <source>Largest absolute value that flows in.</source>
        <translation>Größter Betrag, der hineinfließt.</translation>
    </message>
    <message>
        <source>Max/median</source>
        <translation>Max./Median</translation>
    </message>
    <message>
        <source>The largest channel&apos;s absmax over the median channel&apos;s.
Coloured above the threshold.</source>
        <translation>Absmax des größten Kanals durch den des mittleren.
Farbig über der Schwelle.</translation>
    </message>
    <message>
        <source>Kurtosis of the values that flow in.
0 = normal distribution.</source>
        <translation>Kurtosis der Werte, die hineinfließen.
0 = Normalverteilung.</translation>
    </message>
    <message>
        <source>Outlier channels of the input, by number.
Their absmax is above the threshold times the median channel&apos;s.</source>
        <translation>Ausreißerkanäle des Eingangs, nach Nummer.
Ihr Absmax liegt über der Schwelle mal dem des mittleren Kanals.</translation>
    </message>
    <message>
        <source>Format in the recipe.
Click to change it; the change goes to all selected tensors.</source>
        <translation>Format im Rezept.
Ein Klick ändert es; die Änderung gilt allen gewählten Tensoren.</translation>
    </message>
    <message>
        <source>Bits per weight in the recipe.</source>
        <translation>Bit je Gewicht im Rezept.</translation>
    </message>
    <message>
        <source>Bytes in the recipe&apos;s format.</source>
        <translation>Bytes im Format des Rezepts.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stand</translation>
    </message>
    <message>
        <source>How far the running quantization is.</source>
        <translation>Wie weit das laufende Quantisieren ist.</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>Output error against importance-weighted rounding
to the same format.</source>
        <translation>Ausgabefehler gegen Runden nach Wichtigkeit
im selben Format.</translation>
    </message>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>Format in run A.</source>
        <translation>Format in Lauf A.</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>Format in run B, bold where it differs from A.</source>
        <translation>Format in Lauf B, fett, wo es von A abweicht.</translation>
    </message>
    <message>
        <source>B − A, pp</source>
        <translation>B − A, PP</translation>
    </message>
    <message>
        <source>Difference of the output errors in percentage points.</source>
        <translation>Unterschied der Ausgabefehler in Prozentpunkten.</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Typ</translation>
    </message>
    <message>
        <source>Format in the file.</source>
        <translation>Format in der Datei.</translation>
    </message>
    <message>
        <source>Offset</source>
        <translation>Beginn</translation>
    </message>
    <message>
        <source>Where the tensor begins, from the start of the file.</source>
        <translation>Wo der Tensor beginnt, vom Anfang der Datei.</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>Exact bytes of the tensor in the file.</source>
        <translation>Genaue Bytes des Tensors in der Datei.</translation>
    </message>
    <message>
        <source>Read back</source>
        <translation>Gelesen</translation>
    </message>
    <message>
        <source>Whether the written tensor was decoded and equals what was meant.</source>
        <translation>Ob der geschriebene Tensor zurückgelesen wurde und gleich ist.</translation>
    </message>
    <message>
        <source>KLD × 10⁻³</source>
        <translation>KLD × 10⁻³</translation>
    </message>
    <message>
        <source>KL divergence of this tensor alone in the recipe&apos;s format; losses of tensors add up.
Hollow bars are predicted, filled ones measured.</source>
        <translation>KL-Divergenz dieses Tensors allein im Format des Rezepts; Verluste von Tensoren addieren sich.
Hohle Balken sind vorhergesagt, gefüllte gemessen.</translation>
    </message>
    <message>
        <source>Relative error of the tensor&apos;s output at the recipe&apos;s format,
rounded with the importance that was measured.</source>
        <translation>Relativer Fehler der Ausgabe des Tensors im Format des Rezepts,
gerundet mit der gemessenen Wichtigkeit.</translation>
    </message>
    <message>
        <source>Relative error of the tensor&apos;s output after quantizing, on held-out sequences of the
calibration text where there are any.</source>
        <translation>Relativer Fehler der Ausgabe des Tensors nach dem Quantisieren, auf zurückgehaltenen
Sequenzen des Kalibriertexts, wo es welche gibt.</translation>
    </message>
    <message>
        <source>Output A</source>
        <translation>Ausgabe A</translation>
    </message>
    <message>
        <source>Relative error of the tensor&apos;s output in run A.</source>
        <translation>Relativer Fehler der Ausgabe des Tensors in Lauf A.</translation>
    </message>
    <message>
        <source>Output B</source>
        <translation>Ausgabe B</translation>
    </message>
    <message>
        <source>Relative error of the tensor&apos;s output in run B.</source>
        <translation>Relativer Fehler der Ausgabe des Tensors in Lauf B.</translation>
    </message>
    <message>
        <source>Weight error</source>
        <translation>Gewichtsfehler</translation>
    </message>
    <message>
        <source>Relative error of the weights alone at the recipe&apos;s format,
rounded to nearest: no text was looked at.</source>
        <translation>Relativer Fehler nur der Gewichte im Format des Rezepts,
zum nächsten Wert gerundet: kein Text wurde angesehen.</translation>
    </message>
    <message>
        <source>Relative error of the weights alone after quantizing:
no text was looked at.</source>
        <translation>Relativer Fehler nur der Gewichte nach dem Quantisieren:
kein Text wurde angesehen.</translation>
    </message>
    <message>
        <source>Weights A</source>
        <translation>Gewichte A</translation>
    </message>
    <message>
        <source>Relative error of the weights alone in run A:
no text was looked at.</source>
        <translation>Relativer Fehler nur der Gewichte in Lauf A:
kein Text wurde angesehen.</translation>
    </message>
    <message>
        <source>Weights B</source>
        <translation>Gewichte B</translation>
    </message>
    <message>
        <source>Relative error of the weights alone in run B:
no text was looked at.</source>
        <translation>Relativer Fehler nur der Gewichte in Lauf B:
kein Text wurde angesehen.</translation>
    </message>
    <message>
        <source>Weights B − A</source>
        <translation>Gewichte B − A</translation>
    </message>
    <message>
        <source>Difference of the weights&apos; errors in percentage points.</source>
        <translation>Unterschied der Fehler der Gewichte in Prozentpunkten.</translation>
    </message>
</context>
<context>
    <name>widgets::TensorMenu</name>
    <message>
        <source>Copy rows</source>
        <translation>Zeilen kopieren</translation>
    </message>
    <message>
        <source>No tensor is selected.</source>
        <translation>Kein Tensor ist ausgewählt.</translation>
    </message>
    <message>
        <source>Select this role in all layers</source>
        <translation>Diese Rolle in allen Schichten auswählen</translation>
    </message>
    <message>
        <source>The current row is not a tensor.</source>
        <translation>Die aktuelle Zeile ist kein Tensor.</translation>
    </message>
    <message numerus="yes">
        <source>Assign to %n tensors</source>
        <translation>
            <numerusform>%n Tensor zuweisen</numerusform>
            <numerusform>%n Tensoren zuweisen</numerusform>
        </translation>
    </message>
    <message>
        <source>Select the largest by “%1”</source>
        <translation>Die größten nach „%1“ auswählen</translation>
    </message>
    <message>
        <source>Select the worst by “%1”</source>
        <translation>Die schlechtesten nach „%1“ auswählen</translation>
    </message>
    <message>
        <source>No tensor has a value in this column.</source>
        <translation>Kein Tensor hat einen Wert in dieser Spalte.</translation>
    </message>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n Tensor</numerusform>
            <numerusform>%n Tensoren</numerusform>
        </translation>
    </message>
    <message>
        <source>Another number...</source>
        <translation>Andere Anzahl...</translation>
    </message>
</context>
<context>
    <name>widgets::TensorModel</name>
    <message>
        <source>%1
%2</source>
        <comment>two names of one tensor</comment>
        <translation>%1
%2</translation>
    </message>
    <message>
        <source>Rows of %1 do not fit %2 (%3), stored as %4.</source>
        <translation>Zeilen von %1 passen nicht in %2 (%3), gespeichert als %4.</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>column: value</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1 does not hold the range of its values, stored as %2.</source>
        <translation>%1 fasst den Bereich seiner Werte nicht, gespeichert als %2.</translation>
    </message>
    <message>
        <source>Measured alone: KLD %1</source>
        <translation>Einzeln gemessen: KLD %1</translation>
    </message>
    <message>
        <source>Predicted: KLD %1</source>
        <translation>Vorhergesagt: KLD %1</translation>
    </message>
</context>
<context>
    <name>widgets::TensorTable</name>
    <message>
        <source>Norms</source>
        <translation>Normen</translation>
    </message>
    <message>
        <source>Columns of this page</source>
        <translation>Spalten dieser Seite</translation>
    </message>
    <message>
        <source>Filter: name, role, layer 1–2, kurtosis &gt; 1, Q4_K …</source>
        <translation>Filter: Name, Rolle, layer 1–2, kurtosis &gt; 1, Q4_K …</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Words and terms, all of which must hold:
ffn · layer 1-2 · kurtosis &gt; 1 · error &gt; 5% · size &gt; 1 MB · Q4_K · outliers · experts · shared · router</source>
        <translation>Wörter und Bedingungen, die alle gelten müssen:
ffn · layer 1-2 · kurtosis &gt; 1 · error &gt; 5% · size &gt; 1 MB · Q4_K · outliers · experts · shared · router</translation>
    </message>
    <message>
        <source>Show norms and other vectors, which are never quantized</source>
        <translation>Normen und andere Vektoren zeigen, die nie quantisiert werden</translation>
    </message>
    <message>
        <source>%1 (checkpoint)</source>
        <translation>%1 (Checkpoint)</translation>
    </message>
    <message>
        <source>Standard columns</source>
        <translation>Übliche Spalten</translation>
    </message>
    <message>
        <source>No tensors</source>
        <translation>Keine Tensoren</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n tensors</source>
        <translation>
            <numerusform>%1 von %n Tensor</numerusform>
            <numerusform>%1 von %n Tensoren</numerusform>
        </translation>
    </message>
    <message>
        <source>%1  ·  %2 selected</source>
        <translation>%1  ·  %2 gewählt</translation>
    </message>
    <message>
        <source>Copy rows</source>
        <translation>Zeilen kopieren</translation>
    </message>
    <message>
        <source>%1  ·  %2 selected, %3 hidden by the filter</source>
        <translation>%1  ·  %2 ausgewählt, %3 davon ausgefiltert</translation>
    </message>
</context>
<context>
    <name>widgets::TensorTree</name>
    <message>
        <source>Tensors</source>
        <translation>Tensoren</translation>
    </message>
    <message>
        <source>No tensor meets the filter.</source>
        <translation>Kein Tensor erfüllt den Filter.</translation>
    </message>
    <message>
        <source>The tensors of a model appear here.</source>
        <translation>Hier erscheinen die Tensoren eines Modells.</translation>
    </message>
    <message>
        <source>Select tensors</source>
        <translation>Tensoren auswählen</translation>
    </message>
    <message>
        <source>How many tensors, from the worst by “%1” on:</source>
        <translation>Wie viele Tensoren, vom schlechtesten nach „%1“ an:</translation>
    </message>
</context>
<context>
    <name>widgets::TextPanel</name>
    <message>
        <source>Generate</source>
        <translation>Schreiben</translation>
    </message>
    <message>
        <source>Match rate</source>
        <translation>Übereinstimmung</translation>
    </message>
    <message>
        <source>Over beginnings of the evaluation text</source>
        <translation>Über Anfänge aus dem Prüftext</translation>
    </message>
    <message>
        <source>Over a file of prompts...</source>
        <translation>Über eine Datei mit Anfängen ...</translation>
    </message>
    <message>
        <source>Text to continue</source>
        <translation>Text, der fortgesetzt wird</translation>
    </message>
    <message>
        <source>Greedy</source>
        <translation>Gierig</translation>
    </message>
    <message>
        <source>Sampled</source>
        <translation>Gezogen</translation>
    </message>
    <message>
        <source>How tokens are chosen</source>
        <translation>Wie Token gewählt werden</translation>
    </message>
    <message>
        <source>Greedy: always the likeliest token. Sampled: drawn from the probabilities, by all with the same noise, so that only the models differ.</source>
        <translation>Gierig: immer das wahrscheinlichste Token. Gezogen: nach den Wahrscheinlichkeiten, von allen mit demselben Rauschen, so dass sich nur die Modelle unterscheiden.</translation>
    </message>
    <message>
        <source>T </source>
        <translation>T </translation>
    </message>
    <message>
        <source>Temperature: below 1 likely tokens come more often.</source>
        <translation>Temperatur: Unter 1 kommen wahrscheinliche Token öfter.</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatur</translation>
    </message>
    <message>
        <source>seed </source>
        <translation>Startwert </translation>
    </message>
    <message>
        <source>Seed of the noise</source>
        <translation>Startwert des Rauschens</translation>
    </message>
    <message>
        <source> tokens</source>
        <translation> Token</translation>
    </message>
    <message>
        <source>Tokens at most</source>
        <translation>Token höchstens</translation>
    </message>
    <message>
        <source>Match rate: how often A and B write the original&apos;s token, over many prompts.</source>
        <translation>Übereinstimmung: wie oft A und B das Token des Originals schreiben, über viele Anfänge.</translation>
    </message>
    <message>
        <source>A prompt is needed.</source>
        <translation>Ein Textanfang wird gebraucht.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Text is being written.</source>
        <translation>Text wird geschrieben.</translation>
    </message>
</context>
<context>
    <name>widgets::WeightDialog</name>
    <message>
        <source>Group of a weight</source>
        <translation>Gruppe eines Gewichts</translation>
    </message>
    <message>
        <source>Row (output)</source>
        <translation>Zeile (Ausgang)</translation>
    </message>
    <message>
        <source>Column (input)</source>
        <translation>Spalte (Eingang)</translation>
    </message>
</context>
<context>
    <name>widgets::WeightsPage</name>
    <message>
        <source>What does rounding do to a tensor?</source>
        <translation>Was macht das Runden mit einem Tensor?</translation>
    </message>
    <message>
        <source>Kurtosis by layer and role</source>
        <translation>Kurtosis nach Schicht und Rolle</translation>
    </message>
    <message>
        <source>Input channels</source>
        <translation>Eingangskanäle</translation>
    </message>
    <message>
        <source>Assign</source>
        <translation>Zuweisen</translation>
    </message>
    <message>
        <source>Kurtosis</source>
        <translation>Kurtosis</translation>
    </message>
    <message>
        <source>Absmax/σ</source>
        <translation>Absmax/σ</translation>
    </message>
    <message>
        <source>Outlier share</source>
        <translation>Ausreißeranteil</translation>
    </message>
    <message>
        <source>Output error</source>
        <translation>Ausgabefehler</translation>
    </message>
    <message>
        <source>Statistic of the map</source>
        <translation>Größe der Karte</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>Eingänge</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>Ausgänge</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>Kanäle</translation>
    </message>
    <message>
        <source>Ruler</source>
        <translation>Lineal</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Karte</translation>
    </message>
    <message>
        <source>View</source>
        <translation>Ansicht</translation>
    </message>
    <message>
        <source>Assign %1</source>
        <translation>%1 zuweisen</translation>
    </message>
    <message>
        <source>What does rounding do to %1?</source>
        <translation>Was macht das Runden mit %1?</translation>
    </message>
    <message>
        <source>What does rounding do to %1 tensors?</source>
        <translation>Was macht das Runden mit %1 Tensoren?</translation>
    </message>
    <message>
        <source>%1 by layer and role</source>
        <translation>%1 nach Schicht und Rolle</translation>
    </message>
    <message>
        <source>Output channels</source>
        <translation>Ausgangskanäle</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>input channel</source>
        <translation>Eingangskanal</translation>
    </message>
    <message>
        <source>output channel</source>
        <translation>Ausgangskanal</translation>
    </message>
    <message>
        <source>select one tensor</source>
        <translation>einen Tensor wählen</translation>
    </message>
    <message>
        <source>Weight error</source>
        <translation>Gewichtsfehler</translation>
    </message>
</context>
<context>
    <name>widgets::WorstPanel</name>
    <message>
        <source>A</source>
        <translation>A</translation>
    </message>
    <message>
        <source>B</source>
        <translation>B</translation>
    </message>
    <message>
        <source>Where the text shows the largest KL divergence.</source>
        <translation>Wo der Text die größte KL-Divergenz zeigt.</translation>
    </message>
    <message>
        <source>Worst tokens</source>
        <translation>Schlechteste Token</translation>
    </message>
    <message>
        <source>KLD %1</source>
        <translation>KLD %1</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>Original expects</source>
        <translation>Original erwartet</translation>
    </message>
    <message>
        <source>%1 expects</source>
        <translation>%1 erwartet</translation>
    </message>
    <message>
        <source>Measure A or B: the positions with the largest KL divergence are kept.</source>
        <translation>A oder B messen: Die Stellen mit der größten KL-Divergenz werden behalten.</translation>
    </message>
</context>
</TS>
