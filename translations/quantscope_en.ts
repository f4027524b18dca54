<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
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
        <source>Output error %1, mean of %2 of %n tensors</source>
        <translation>
            <numerusform>Output error %1, mean of %2 of %n tensor</numerusform>
            <numerusform>Output error %1, mean of %2 of %n tensors</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Output error %1, mean of %n tensors</source>
        <translation>
            <numerusform>Output error %1, mean of %n tensor</numerusform>
            <numerusform>Output error %1, mean of %n tensors</numerusform>
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
