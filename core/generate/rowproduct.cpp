// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/generate/rowproduct.h"

#include "core/base/matrixvector.h"

namespace core {

Matrix productOf(const MatrixView& weight, const Matrix& x)
{
    Matrix y(1, weight.rows());
    matrixvector::multiplyAll({ { weight, y.data() } }, x.data());
    return y;
}

std::vector<Matrix> productsOf(const std::vector<MatrixView>& weights, const Matrix& x)
{
    std::vector<Matrix> rows;
    std::vector<matrixvector::Product> products;
    for (const MatrixView& weight : weights)
        rows.emplace_back(1, weight.rows());
    for (std::size_t i = 0; i < weights.size(); ++i)
        products.push_back({ weights[i], rows[i].data() });
    matrixvector::multiplyAll(products, x.data());
    return rows;
}

} // namespace core
