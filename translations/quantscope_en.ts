<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>ModelDiagram</name>
    <message numerus="yes">
        <source>%n layers without experts</source>
        <translation>
            <numerusform>%n layer without experts</numerusform>
            <numerusform>%n layers without experts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n tensor</numerusform>
            <numerusform>%n tensors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>WeightsText</name>
    <message numerus="yes">
        <source>%1 With %2, %n of them fall back to another format.</source>
        <translation>
            <numerusform>%1 With %2, %n of them falls back to another format.</numerusform>
            <numerusform>%1 With %2, %n of them fall back to another format.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::BalancePresenter</name>
    <message numerus="yes">
        <source>The queue is held; %n runs wait.</source>
        <translation>
            <numerusform>The queue is held; %n run waits.</numerusform>
            <numerusform>The queue is held; %n runs wait.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::MainWindow</name>
    <message numerus="yes">
        <source>%n tensors measured in other formats</source>
        <translation>
            <numerusform>%n tensor measured in another format</numerusform>
            <numerusform>%n tensors measured in other formats</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, %n changed: KLD %2 instead of %3 on the calibration text, each tensor rounded alone.</source>
        <translation>
            <numerusform>%1, %n changed: KLD %2 instead of %3 on the calibration text, each tensor rounded alone.</numerusform>
            <numerusform>%1, %n changed: KLD %2 instead of %3 on the calibration text, each tensor rounded alone.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::PrecisionPresenter</name>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n tensor</numerusform>
            <numerusform>%n tensors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::QuantizePresenter</name>
    <message numerus="yes">
        <source>%1 of %n layers are done and kept.</source>
        <translation>
            <numerusform>%1 of %n layer is done and kept.</numerusform>
            <numerusform>%1 of %n layers are done and kept.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::QueueNotice</name>
    <message numerus="yes">
        <source>%n runs are done.</source>
        <translation>
            <numerusform>%n run is done.</numerusform>
            <numerusform>%n runs are done.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n runs failed.</source>
        <translation>
            <numerusform>%n run failed.</numerusform>
            <numerusform>%n runs failed.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::QueuePresenter</name>
    <message numerus="yes">
        <source>%n waiting</source>
        <comment>runs</comment>
        <translation>
            <numerusform>%n waiting</numerusform>
            <numerusform>%n waiting</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n interrupted</source>
        <comment>runs</comment>
        <translation>
            <numerusform>%n interrupted</numerusform>
            <numerusform>%n interrupted</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::QueueRows</name>
    <message numerus="yes">
        <source>paused, %1 of %n layers</source>
        <translation>
            <numerusform>paused, %1 of %n layer</numerusform>
            <numerusform>paused, %1 of %n layers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>running, %1 of %n layers</source>
        <translation>
            <numerusform>running, %1 of %n layer</numerusform>
            <numerusform>running, %1 of %n layers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n layers are done</source>
        <translation>
            <numerusform>%1 of %n layer is done</numerusform>
            <numerusform>%1 of %n layers are done</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::RecipeEditor</name>
    <message numerus="yes">
        <source>%1, %n changed</source>
        <comment>name of a recipe</comment>
        <translation>
            <numerusform>%1, %n changed</numerusform>
            <numerusform>%1, %n changed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Assign %1 to %n tensors</source>
        <translation>
            <numerusform>Assign %1 to %n tensor</numerusform>
            <numerusform>Assign %1 to %n tensors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>app::StartPresenter</name>
    <message numerus="yes">
        <source>%n runs, last %1</source>
        <translation>
            <numerusform>%n run, last %1</numerusform>
            <numerusform>%n runs, last %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>widgets::CacheSection</name>
    <message numerus="yes">
        <source>%n results, %1</source>
        <comment>and their size</comment>
        <translation>
            <numerusform>%n result, %1</numerusform>
            <numerusform>%n results, %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>widgets::CostCard</name>
    <message numerus="yes">
        <source>Output error: %1 of %n tensors in every format</source>
        <translation>
            <numerusform>Output error: %1 of %n tensor in every format</numerusform>
            <numerusform>Output error: %1 of %n tensors in every format</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Weight error: %1 of %n tensors in every format</source>
        <translation>
            <numerusform>Weight error: %1 of %n tensor in every format</numerusform>
            <numerusform>Weight error: %1 of %n tensors in every format</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>widgets::CostTable</name>
    <message numerus="yes">
        <source>%1 of %n tensors fall back: %2.</source>
        <translation>
            <numerusform>%1 of %n tensor falls back: %2.</numerusform>
            <numerusform>%1 of %n tensors fall back: %2.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, mean of %2 of %n tensors</source>
        <comment>an error</comment>
        <translation>
            <numerusform>%1, mean of %2 of %n tensor</numerusform>
            <numerusform>%1, mean of %2 of %n tensors</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, mean of %n tensors</source>
        <comment>an error</comment>
        <translation>
            <numerusform>%1, mean of %n tensor</numerusform>
            <numerusform>%1, mean of %n tensors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>widgets::ExportPage</name>
    <message numerus="yes">
        <source>%1 is ready: %2, %n tensors verified in %3.</source>
        <translation>
            <numerusform>%1 is ready: %2, %n tensor verified in %3.</numerusform>
            <numerusform>%1 is ready: %2, %n tensors verified in %3.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n fallbacks</source>
        <translation>
            <numerusform>%n fallback</numerusform>
            <numerusform>%n fallbacks</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>widgets::JudgedText</name>
    <message numerus="yes">
        <source>Output error %1 on %n held-out sequences</source>
        <translation>
            <numerusform>Output error %1 on %n held-out sequence</numerusform>
            <numerusform>Output error %1 on %n held-out sequences</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Output error by tensor, on %n held-out sequences</source>
        <translation>
            <numerusform>Output error by tensor, on %n held-out sequence</numerusform>
            <numerusform>Output error by tensor, on %n held-out sequences</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>widgets::PrecisionPage</name>
    <message numerus="yes">
        <source>%n tensors fall back to another format.</source>
        <translation>
            <numerusform>%n tensor falls back to another format.</numerusform>
            <numerusform>%n tensors fall back to another format.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>widgets::QuantizePage</name>
    <message numerus="yes">
        <source>%1 on “%2”: its output error on %n held-out sequences is %3 below importance-weighted rounding.</source>
        <translation>
            <numerusform>%1 on “%2”: its output error on %n held-out sequence is %3 below importance-weighted rounding.</numerusform>
            <numerusform>%1 on “%2”: its output error on %n held-out sequences is %3 below importance-weighted rounding.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 on “%2”: its output error on %n held-out sequences is %3 above importance-weighted rounding.</source>
        <translation>
            <numerusform>%1 on “%2”: its output error on %n held-out sequence is %3 above importance-weighted rounding.</numerusform>
            <numerusform>%1 on “%2”: its output error on %n held-out sequences is %3 above importance-weighted rounding.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 on “%2”. So far its output error on %n held-out sequences is %3 below importance-weighted rounding.</source>
        <translation>
            <numerusform>%1 on “%2”. So far its output error on %n held-out sequence is %3 below importance-weighted rounding.</numerusform>
            <numerusform>%1 on “%2”. So far its output error on %n held-out sequences is %3 below importance-weighted rounding.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 on “%2”. So far its output error on %n held-out sequences is %3 above importance-weighted rounding.</source>
        <translation>
            <numerusform>%1 on “%2”. So far its output error on %n held-out sequence is %3 above importance-weighted rounding.</numerusform>
            <numerusform>%1 on “%2”. So far its output error on %n held-out sequences is %3 above importance-weighted rounding.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors are quantized in the file already and are rounded a second time, which adds to the loss.</source>
        <translation>
            <numerusform>%n tensor is quantized in the file already and is rounded a second time, which adds to the loss.</numerusform>
            <numerusform>%n tensors are quantized in the file already and are rounded a second time, which adds to the loss.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors get larger than in the file and gain nothing.</source>
        <translation>
            <numerusform>%n tensor gets larger than in the file and gains nothing.</numerusform>
            <numerusform>%n tensors get larger than in the file and gain nothing.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>widgets::RulesCard</name>
    <message numerus="yes">
        <source>%n tensors fall back...</source>
        <translation>
            <numerusform>%n tensor falls back...</numerusform>
            <numerusform>%n tensors fall back...</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>widgets::TensorMenu</name>
    <message numerus="yes">
        <source>Assign to %n tensors</source>
        <translation>
            <numerusform>Assign to %n tensor</numerusform>
            <numerusform>Assign to %n tensors</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n tensor</numerusform>
            <numerusform>%n tensors</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>widgets::TensorTable</name>
    <message numerus="yes">
        <source>%1 of %n tensors</source>
        <translation>
            <numerusform>%1 of %n tensor</numerusform>
            <numerusform>%1 of %n tensors</numerusform>
        </translation>
    </message>
</context>
</TS>
