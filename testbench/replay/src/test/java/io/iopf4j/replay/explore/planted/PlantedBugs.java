// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import java.util.List;

/** All mistakes that are planted. */
final class PlantedBugs {
    static final List<PlantedBug> ALL =
            List.of(
                    new ProdIsNotPublished(),
                    new WrapBitIsForgotten(),
                    new ResumeNamesTheWrongTag(),
                    new PprIsClearedAfterTheTailIsRead(),
                    new PartialFaultsSurviveAnOverflow(),
                    new QuotaLeaksOnDetach(),
                    new AnswerIsTakenAfterADomainChange(),
                    new LocksAreTakenInTheWrongOrder(),
                    new TlbIsStaleAfterUnmap(),
                    new TimerFiresOnAnAnsweredFault(),
                    new TransactionEndsTwice(),
                    new PasidsAreConfusedBetweenVms());

    private PlantedBugs() {}
}
